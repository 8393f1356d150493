/* int8 dense layer on delta-coded weights: a zero that is not stored costs nothing. */
#include "thimble_dense_delta8_s8.h"
#include "thimble_naked.h"

#if THIMBLE_SPARSE_HAS_ROWS

/* See thimble_sparse_dense.h for the registers. What is beyond a multiple of the turn comes first. */
THIMBLE_NAKED static void row(void)
{
    __asm__(
        ".syntax unified\n"
#if THIMBLE_HAS_DSP
        /* r12 follows the input. */
        "push {r3, r9, lr}\n ldrh r4, [r3]\n mov r12, r0\n add r9, r1, r4\n"
        "ands r5, r4, #3\n beq 2f\n"
        "1: ldrb r6, [r2], #1\n ldrsb r7, [r1], #1\n add r12, r12, r6\n ldrsb r6, [r12], #1\n"
        "smlabb r8, r7, r6, r8\n"
        "subs r5, #1\n bne 1b\n"
        "2: cmp r1, r9\n beq 4f\n"
        "3: ldr r4, [r2], #4\n ldr lr, [r1], #4\n"
        "uxtab r5, r12, r4\n uxtab r6, r5, r4, ror #8\n uxtab r7, r6, r4, ror #16\n uxtab r12, r7, r4, ror #24\n"
        "sxtb16 r4, lr\n sxtb16 lr, lr, ror #8\n"
        "ldrsb r5, [r5]\n ldrsb r6, [r6, #1]\n ldrsb r7, [r7, #2]\n ldrsb r3, [r12, #3]\n add r12, r12, #4\n"
        "smlabb r8, r4, r5, r8\n smlabb r8, lr, r6, r8\n smlatb r8, r4, r7, r8\n smlatb r8, lr, r3, r8\n"
        "cmp r1, r9\n bne 3b\n"
        "4: pop {r3, r9, lr}\n adds r3, #2\n bx lr\n"
#else
        /* r7 is the column. */
        ".macro weight\n" /* equal: it was the last */
        "ldrb r5, [r2, r3]\n adds r7, r7, r5\n ldrsb r5, [r0, r7]\n adds r7, #1\n ldrsb r6, [r1, r3]\n"
        "muls r5, r6, r5\n adds r4, r4, r5\n adds r3, #1\n"
        ".endm\n"
        "mov r3, r12\n ldrh r5, [r3]\n adds r3, #2\n mov r12, r3\n"
        "adds r1, r1, r5\n adds r2, r2, r5\n mov r4, r8\n movs r7, #0\n"
        "negs r3, r5\n beq 2f\n"
        "lsrs r5, r5, #1\n bcc 1f\n"
        "weight\n"
        "beq 2f\n"
        "1: weight\n weight\n"
        "bne 1b\n"
        "2: mov r8, r4\n bx lr\n"
        ".purgem weight\n"
#endif
    );
}

#endif

void thimble_dense_delta8_s8(const thimble_dense_delta8_s8_params *p, const int8_t *input, int8_t *output)
{
#if THIMBLE_SPARSE_HAS_ROWS
    if (p->layer.output.split) {
        const thimble_sparse_row_sums rows = {p->values, p->gaps, p->counts};
        thimble_sparse_outputs(&p->layer, &rows, row, input, output);
        return;
    }
#endif
    const int8_t *value = p->values;
    const uint8_t *gap = p->gaps;
    const int32_t *scaling = p->layer.output.scaling;
    for (int32_t i = 0; i < p->layer.outputs; i++, scaling += 3) {
        const int8_t *x = input;
        int32_t sum = 0;
        for (const int8_t *end = value + p->counts[i]; value != end; value++) {
            x += *gap++;
            sum += *x++ * *value;
        }
        output[i] = thimble_sparse_scale(&p->layer.output, sum, scaling);
    }
}
