/* Quotient of two inputs, int8, shapes broadcast. */
#ifndef THIMBLE_DIV_S8_H
#define THIMBLE_DIV_S8_H

#include <stdint.h>

#include "thimble_broadcast.h"

typedef struct {
    thimble_broadcast shape;
    int32_t multiplier;                 /* of scale_a / (scale_b * scale_out) */
    int8_t shift;
    int8_t a_zero, b_zero, output_zero; /* zero points */
    int8_t output_min, output_max;      /* the fused activation as a clamp */
} thimble_div_s8_params;

/* Of 0 the sign of the dividend decides: the least or the largest output, and the zero point for 0 / 0. */
void thimble_div_s8(const thimble_div_s8_params *p, const int8_t *a, const int8_t *b, int8_t *output);

#endif
