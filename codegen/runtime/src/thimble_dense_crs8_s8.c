/* int8 dense layer on compressed rows: a zero weight costs nothing. */
#include "thimble_dense_crs8_s8.h"
#include "thimble_naked.h"

#if THIMBLE_SPARSE_HAS_ROWS

/* See thimble_sparse_dense.h for the registers. An odd number of weights begins with one alone. */
THIMBLE_NAKED static void row(void)
{
    __asm__(
        ".syntax unified\n"
#if THIMBLE_HAS_DSP
        ".macro two_weights\n"
        "ldrb r4, [r2], #1\n ldrb r5, [r2], #1\n ldrsb r6, [r1], #1\n ldrsb r7, [r1], #1\n"
        "ldrsb r4, [r0, r4]\n ldrsb r5, [r0, r5]\n smlabb r8, r6, r4, r8\n smlabb r8, r7, r5, r8\n"
        ".endm\n"
        "ldrh r4, [r3], #2\n add r12, r1, r4\n"
        "lsrs r5, r4, #1\n bcc 1f\n"
        "ldrb r4, [r2], #1\n ldrsb r6, [r1], #1\n ldrsb r4, [r0, r4]\n smlabb r8, r6, r4, r8\n"
        "1: lsrs r5, r5, #1\n bcc 2f\n"
        "two_weights\n"
        "2: cmp r1, r12\n beq 4f\n"
        "3: two_weights\n two_weights\n"
        "cmp r1, r12\n bne 3b\n"
        "4: bx lr\n"
        ".purgem two_weights\n"
#else
        ".macro weight\n" /* equal: it was the last */
        "ldrb r5, [r2, r3]\n ldrsb r5, [r0, r5]\n ldrsb r6, [r1, r3]\n"
        "muls r5, r6, r5\n adds r4, r4, r5\n adds r3, #1\n"
        ".endm\n"
        "mov r3, r12\n ldrh r5, [r3]\n adds r3, #2\n mov r12, r3\n"
        "adds r1, r1, r5\n adds r2, r2, r5\n"
        "negs r3, r5\n beq 2f\n"
        "lsrs r5, r5, #1\n bcc 1f\n"
        "weight\n"
        "beq 2f\n"
        "1: weight\n weight\n"
        "bne 1b\n"
        "2: bx lr\n"
        ".purgem weight\n"
#endif
    );
}

#endif

void thimble_dense_crs8_s8(const thimble_dense_crs8_s8_params *p, const int8_t *input, int8_t *output)
{
#if THIMBLE_SPARSE_HAS_ROWS
    if (p->layer.output.split) {
        const thimble_sparse_row_sums rows = {p->values, p->columns, p->counts};
        thimble_sparse_outputs(&p->layer, &rows, row, input, output);
        return;
    }
#endif
    const int8_t *value = p->values;
    const uint8_t *column = p->columns;
    const int32_t *scaling = p->layer.output.scaling;
    for (int32_t i = 0; i < p->layer.outputs; i++, scaling += 3) {
        int32_t sum = 0;
        for (const int8_t *end = value + p->counts[i]; value != end; value++) {
            sum += input[*column++] * *value;
        }
        output[i] = thimble_sparse_scale(&p->layer.output, sum, scaling);
    }
}
