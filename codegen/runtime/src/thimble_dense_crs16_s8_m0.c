/* int8 dense layer on compressed rows, without a long multiplication: a zero weight costs nothing. */
#include "thimble_dense_crs16_s8_m0.h"
#include "thimble_naked.h"
#include "thimble_split_requantize.h"

#if defined(__ARM_ARCH_6M__)

/* r0 input, r1 columns, r2 the end of the values, r3 minus the weights that are left, r4 the sum, r5 r6 work. */
THIMBLE_NAKED static int32_t row_sum(const int8_t *input, const uint16_t *columns,
                                                        const int8_t *values, int32_t n)
{
    __asm__(
        ".syntax unified\n"
        ".macro weight\n" /* equal: it was the last */
        "ldrh r5, [r1]\n adds r1, #2\n"
        "ldrsb r5, [r0, r5]\n"
        "ldrsb r6, [r2, r3]\n"
        "muls r5, r6, r5\n"
        "adds r4, r4, r5\n"
        "adds r3, #1\n"
        ".endm\n"
        "push {r4-r6, lr}\n"
        "movs r4, #0\n"
        "adds r2, r2, r3\n"
        "negs r3, r3\n"
        "beq 2f\n"
        "lsls r5, r3, #31\n"
        "beq 1f\n"
        "weight\n" /* the first of an odd number */
        "beq 2f\n"
        "1: weight\n weight\n"
        "bne 1b\n"
        "2:\n"
        "mov r0, r4\n"
        "pop {r4-r6, pc}\n"
        ".purgem weight\n");
}

#else

static int32_t row_sum(const int8_t *input, const uint16_t *columns, const int8_t *values, int32_t n)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < n; i++) {
        sum += input[columns[i]] * values[i];
    }
    return sum;
}

#endif

void thimble_dense_crs16_s8_m0(const thimble_dense_crs16_s8_m0_params *p, const int8_t *input, int8_t *output)
{
    const int32_t step = p->per_channel ? 3 : 0;
    const int32_t *scaling = p->scaling, *bias = p->bias;
    const int8_t *values = p->values;
    const uint16_t *columns = p->columns;
    const uint32_t *row = p->row_pointers;
    for (int8_t *end = output + p->outputs; output < end; row++, scaling += step) {
        const int32_t n = (int32_t)(row[1] - row[0]);
        const int32_t total = *bias++ + row_sum(input, columns, values, n);
        columns += n;
        values += n;
        *output++ = thimble_split_requantize(total, scaling, THIMBLE_ROUND_ONCE);
    }
}
