/* int8 convolution of one tap on delta-coded weights: a zero that is not stored costs nothing. */
#include "thimble_pointwise_delta8_s8.h"
#include "thimble_naked.h"

#if THIMBLE_SPARSE_HAS_ROWS

THIMBLE_NAKED static void row(void)
{
    __asm__(
        ".syntax unified\n"
#if THIMBLE_HAS_DSP
        /* r7 is the tap, r3 the end. */
        "ldrh r4, [r3], #2\n push {r3, lr}\n mov r7, r0\n add r3, r1, r4\n cmp r1, r3\n beq 2f\n"
        "1: .rept 4\n"
        "ldrb r4, [r2], #1\n ldrsb r5, [r1], #1\n add r7, r7, r4\n" THIMBLE_SPARSE_FOUR_APART("r7")
        ".endr\n"
        "cmp r1, r3\n bne 1b\n"
        "2: pop {r3, pc}\n"
#else
        /* r0 is the tap, r6 the end. */
        "mov r3, r12\n ldrh r5, [r3]\n adds r3, #2\n mov r12, r3\n cmp r5, #0\n beq 2f\n"
        "adds r6, r1, r5\n"
        "1: .rept 2\n"
        "ldrb r3, [r2]\n adds r2, #1\n adds r0, r0, r3\n movs r3, r0\n"
        "ldrb r4, [r1]\n adds r1, #1\n sxtb r4, r4\n" THIMBLE_SPARSE_FOUR_APART
        ".endr\n"
        "cmp r1, r6\n bne 1b\n"
        "2: bx lr\n"
#endif
    );
}

#endif

void thimble_pointwise_delta8_s8(const thimble_pointwise_delta8_s8_params *p, const int8_t *input, int8_t *output)
{
#if THIMBLE_SPARSE_HAS_ROWS
    if (thimble_sparse_pointwise_fast(&p->layer)) {
        thimble_sparse_pointwise_run(&p->layer, p->values, p->steps, p->counts, row, input, output);
        return;
    }
#endif
    for (uint32_t pixel = 0; pixel < p->layer.pixels; pixel++, input += p->layer.in_channels) {
        const int8_t *value = p->values;
        const uint8_t *place = p->steps;
        for (int32_t c = 0; c < p->layer.out_channels; c++) {
            const int8_t *x = input;
            int32_t sum = 0;
            for (const int8_t *end = value + p->counts[c]; value != end; value++) {
                x += *place++;
                sum += *x * *value;
            }
            *output++ = thimble_sparse_scale(&p->layer.output, sum, p->layer.output.scaling + 3 * c);
        }
    }
}
