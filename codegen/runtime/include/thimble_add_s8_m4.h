/* Sum of two inputs of one shape, int8, for CPUs with a rounding high multiplication (Cortex-M4). */
#ifndef THIMBLE_ADD_S8_M4_H
#define THIMBLE_ADD_S8_M4_H

#include <stdint.h>

/* The input of the larger scale is a, the other one b; what both are scaled to has 20 more bits. The assembly knows
 * the order of the first eight members. */
typedef struct {
    int32_t a_offset;            /* -2^20 * zero point */
    int32_t b_offset;            /* -2^21 * zero point */
    int32_t b_multiplier, b_half, b_shift; /* of b's scale / (2 * a's); b_half is 2^(b_shift - 1), b_shift at least 1 */
    int32_t rounding;            /* 2^(shift - 1) + output zero point * 2^shift */
    int32_t multiplier, shift;   /* of 2 * a's scale / (2^20 * the output's); shift is 1 to 22 */
    uint32_t elements;
    uint8_t b_first;             /* whether the first input is b */
    int8_t output_min, output_max; /* the fused activation as a clamp */
} thimble_add_s8_m4_params;

void thimble_add_s8_m4(const thimble_add_s8_m4_params *p, const int8_t *first, const int8_t *second, int8_t *output);

#endif
