/* Product of two inputs, int8, shapes broadcast. */
#ifndef THIMBLE_MUL_S8_H
#define THIMBLE_MUL_S8_H

#include <stdint.h>

#include "thimble_broadcast.h"

typedef struct {
    thimble_broadcast shape;
    int32_t multiplier;                 /* of scale_a * scale_b / scale_out */
    int8_t shift;
    int8_t a_zero, b_zero, output_zero; /* zero points */
    int8_t output_min, output_max;      /* the fused activation as a clamp */
} thimble_mul_s8_params;

void thimble_mul_s8(const thimble_mul_s8_params *p, const int8_t *a, const int8_t *b, int8_t *output);

#endif
