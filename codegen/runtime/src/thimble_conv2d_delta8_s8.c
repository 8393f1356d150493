/* int8 convolution on delta-coded weights, four pixels at a time: a zero that is not stored costs nothing. */
#include "thimble_conv2d_delta8_s8.h"
#include "thimble_naked.h"

#if THIMBLE_SPARSE_HAS_ROWS

/* Eight weights a turn; an odd number of fours begins with the second. */
THIMBLE_NAKED static void row(void)
{
    __asm__(
        ".syntax unified\n"
#if THIMBLE_HAS_DSP
        /* r7 is the tap, r3 the steps, r5 the first and third weight, lr the others. */
        ".macro products pixels, spare, weight, half\n"
        "uxtb16 \\spare, \\pixels\n uxtb16 \\pixels, \\pixels, ror #8\n"
        "smlab\\half r8, \\spare, \\weight, r8\n smlab\\half r9, \\pixels, \\weight, r9\n"
        "smlat\\half r10, \\spare, \\weight, r10\n smlat\\half r11, \\pixels, \\weight, r11\n"
        ".endm\n"
        ".macro four\n"
        "ldr r3, [r2], #4\n ldr lr, [r1], #4\n"
        "sxtb16 r5, lr\n sxtb16 lr, lr, ror #8\n"
        "uxtab r7, r7, r3\n ldrh r4, [r12, r7, lsl #1]\n ldr r4, [r0, r4]\n"
        "products r4, r6, r5, b\n"
        "uxtab r7, r7, r3, ror #8\n ldrh r4, [r12, r7, lsl #1]\n ldr r4, [r0, r4]\n"
        "products r4, r6, lr, b\n"
        "uxtab r6, r7, r3, ror #16\n uxtab r7, r6, r3, ror #24\n"
        "ldrh r4, [r12, r6, lsl #1]\n ldrh r6, [r12, r7, lsl #1]\n ldr r4, [r0, r4]\n ldr r6, [r0, r6]\n"
        "products r4, r3, r5, t\n"
        "products r6, r3, lr, t\n"
        ".endm\n"
        "ldrh r4, [r3], #2\n cmp r4, #0\n beq 3f\n"
        "add r5, r1, r4\n push {r3, r5, lr}\n movs r7, #0\n"
        "lsrs r4, r4, #3\n bcs 2f\n"
        "1: four\n"
        "2: four\n"
        "ldr r4, [sp, #4]\n cmp r1, r4\n bne 1b\n"
        "pop {r3, r5, pc}\n"
        "3: bx lr\n"
        ".purgem products\n"
#else
        /* r7 follows the offsets. */
        ".macro four\n"
        ".rept 4\n"
        "ldrb r3, [r2]\n adds r2, #1\n lsls r3, r3, #1\n adds r7, r7, r3\n ldrh r3, [r7]\n"
        "ldrb r4, [r1]\n adds r1, #1\n sxtb r4, r4\n"
        "adds r3, r3, r0\n" THIMBLE_SPARSE_FOUR_PRODUCTS
        ".endr\n"
        ".endm\n"
        "mov r3, r12\n ldrh r5, [r3]\n adds r3, #2\n mov r12, r3\n"
        "cmp r5, #0\n bne 4f\n bx lr\n"
        "4: adds r6, r1, r5\n lsrs r5, r5, #3\n bcs 2f\n"
        "1: four\n"
        "2: four\n"
        "cmp r1, r6\n beq 3f\n b 1b\n"
        "3: bx lr\n"
#endif
        ".purgem four\n");
}

#endif

static void four_pixels(const void *params, const thimble_sparse_place *at)
{
    const thimble_conv2d_delta8_s8_params *p = params;
#if THIMBLE_SPARSE_HAS_ROWS
    if (at->fast) {
        const thimble_sparse_rows rows = {p->values, p->steps, p->counts, p->offsets};
        thimble_sparse_channels(at, &rows, row);
        return;
    }
#endif
    const int8_t *value = p->values;
    const uint8_t *step = p->steps;
    const int32_t *scaling = at->scaling;
    int8_t *y = at->output;
    for (int32_t c = 0; c < p->layer.out_channels; c++, scaling += 3) {
        const uint16_t *offset = p->offsets;
        thimble_sparse_sums sums = {0, 0, 0, 0};
        for (const int8_t *end = value + p->counts[c]; value != end; value++) {
            offset += *step++;
            thimble_sparse_add(&sums, at->x + *offset, *value);
        }
        thimble_sparse_store(at, scaling, sums, y++);
    }
}

void thimble_conv2d_delta8_s8(const thimble_conv2d_delta8_s8_params *p, const int8_t *input, int8_t *output,
                              void *scratch)
{
    thimble_sparse_conv2d_run(&p->layer, p, four_pixels, input, output, scratch);
}
