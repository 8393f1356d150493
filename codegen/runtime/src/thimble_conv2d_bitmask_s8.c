/* int8 convolution on weights under a bitmask, four pixels at a time: a zero costs a bit and no multiplication. */
#include "thimble_conv2d_bitmask_s8.h"
#include "thimble_first_bit.h"
#include "thimble_naked.h"

#if THIMBLE_SPARSE_HAS_ROWS

/* Eight weights a turn. `counts` points to the number of taps. */
THIMBLE_NAKED static void row(void)
{
    __asm__(
        ".syntax unified\n"
#if THIMBLE_HAS_DSP
        /* r3 the bits that are left, r7 the offsets of the eight, lr the end of the mask. */
        "push {r3, lr}\n ldrh r4, [r3]\n adds r4, #7\n add lr, r2, r4, lsr #3\n mov r7, r12\n"
        "1: ldrb r3, [r2], #1\n cbz r3, 3f\n"
        "2: rbit r4, r3\n clz r4, r4\n subs r5, r3, #1\n ands r3, r5\n"
        "ldrh r4, [r7, r4, lsl #1]\n ldrsb r5, [r1], #1\n ldr r4, [r0, r4]\n" THIMBLE_SPARSE_FOUR_PRODUCTS
        "cmp r3, #0\n bne 2b\n"
        "3: adds r7, #16\n cmp r2, lr\n bne 1b\n"
        "pop {r3, pc}\n"
#else
        /* r6 the bits that are left below a bit that ends them, r7 the next offset, lr the end of the mask. */
        "mov r3, lr\n push {r3}\n"
        "mov r3, r12\n ldrh r3, [r3]\n adds r3, #7\n lsrs r3, r3, #3\n adds r3, r2, r3\n mov lr, r3\n"
        "1: ldrb r6, [r2]\n adds r2, #1\n adds r6, #255\n adds r6, #1\n"
        "2: lsrs r6, r6, #1\n beq 4f\n bcc 3f\n"
        "ldrh r3, [r7]\n ldrb r4, [r1]\n adds r1, #1\n sxtb r4, r4\n"
        "adds r3, r3, r0\n" THIMBLE_SPARSE_FOUR_PRODUCTS
        "3: adds r7, #2\n b 2b\n"
        "4: cmp r2, lr\n bne 1b\n"
        "pop {pc}\n"
#endif
    );
}

#endif

static void four_pixels(const void *params, const thimble_sparse_place *at)
{
    const thimble_conv2d_bitmask_s8_params *p = params;
#if THIMBLE_SPARSE_HAS_ROWS
    if (at->fast) {
        const thimble_sparse_rows rows = {p->values, p->mask, &p->taps, p->offsets};
        thimble_sparse_channels(at, &rows, row);
        return;
    }
#endif
    const int8_t *value = p->values;
    const uint8_t *mask = p->mask;
    const int32_t *scaling = at->scaling;
    int8_t *y = at->output;
    for (int32_t c = 0; c < p->layer.out_channels; c++) {
        thimble_sparse_sums sums = {0, 0, 0, 0};
        const uint16_t *offset = p->offsets;
        for (const uint8_t *end = mask + (p->taps + 7) / 8; mask != end; mask++, offset += 8) {
            for (uint32_t bits = *mask; bits != 0; bits &= bits - 1) {
                thimble_sparse_add(&sums, at->x + offset[thimble_first_bit(bits)], *value++);
            }
        }
        thimble_sparse_store(at, scaling, sums, y++);
        scaling += 3;
    }
}

void thimble_conv2d_bitmask_s8(const thimble_conv2d_bitmask_s8_params *p, const int8_t *input, int8_t *output,
                               void *scratch)
{
    thimble_sparse_conv2d_run(&p->layer, p, four_pixels, input, output, scratch);
}
