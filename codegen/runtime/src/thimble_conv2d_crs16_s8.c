/* int8 convolution on compressed rows, four pixels at a time: a zero weight costs nothing. */
#include "thimble_conv2d_crs16_s8.h"
#include "thimble_naked.h"

#if THIMBLE_SPARSE_HAS_ROWS

/* Two weights a turn; a row with an odd number begins with the second. */
THIMBLE_NAKED static void row(void)
{
    __asm__(
        ".syntax unified\n"
#if THIMBLE_HAS_DSP
        ".macro weight\n"
        "ldrh r4, [r2], #2\n ldrsb r5, [r1], #1\n ldr r4, [r0, r4]\n" THIMBLE_SPARSE_FOUR_PRODUCTS
        ".endm\n"
        "ldrh r5, [r3], #2\n cmp r5, #0\n it eq\n bxeq lr\n"
        "add r7, r1, r5\n lsrs r5, r5, #1\n bcs 2f\n"
        "1: weight\n"
        "2: weight\n"
        "cmp r1, r7\n bne 1b\n"
        "bx lr\n"
#else
        ".macro weight\n"
        "ldrh r3, [r2]\n adds r2, #2\n ldrb r4, [r1]\n adds r1, #1\n sxtb r4, r4\n"
        "adds r3, r3, r0\n" THIMBLE_SPARSE_FOUR_PRODUCTS
        ".endm\n"
        "mov r3, r12\n ldrh r5, [r3]\n adds r3, #2\n mov r12, r3\n"
        "cmp r5, #0\n beq 3f\n"
        "adds r6, r1, r5\n lsrs r5, r5, #1\n bcs 2f\n"
        "1: weight\n"
        "2: weight\n"
        "cmp r1, r6\n bne 1b\n"
        "3: bx lr\n"
#endif
        ".purgem weight\n");
}

#endif

static void four_pixels(const void *params, const thimble_sparse_place *at)
{
    const thimble_conv2d_crs16_s8_params *p = params;
#if THIMBLE_SPARSE_HAS_ROWS
    if (at->fast) {
        const thimble_sparse_rows rows = {p->values, p->offsets, p->counts, p->offsets};
        thimble_sparse_channels(at, &rows, row);
        return;
    }
#endif
    const int8_t *value = p->values;
    const uint16_t *offset = p->offsets;
    const int32_t *scaling = at->scaling;
    int8_t *y = at->output;
    for (int32_t c = 0; c < p->layer.out_channels; c++, scaling += 3) {
        thimble_sparse_sums sums = {0, 0, 0, 0};
        for (const int8_t *end = value + p->counts[c]; value != end; value++, offset++) {
            thimble_sparse_add(&sums, at->x + *offset, *value);
        }
        thimble_sparse_store(at, scaling, sums, y++);
    }
}

void thimble_conv2d_crs16_s8(const thimble_conv2d_crs16_s8_params *p, const int8_t *input, int8_t *output,
                             void *scratch)
{
    thimble_sparse_conv2d_run(&p->layer, p, four_pixels, input, output, scratch);
}
