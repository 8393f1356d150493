/* Squared difference of two inputs, int8, shapes broadcast. */
#ifndef THIMBLE_SQUARED_DIFFERENCE_S8_H
#define THIMBLE_SQUARED_DIFFERENCE_S8_H

#include <stdint.h>

#include "thimble_broadcast.h"

typedef struct {
    thimble_broadcast shape;
    int32_t a_multiplier, b_multiplier; /* of scale / (2 * the larger scale) */
    int32_t output_multiplier;          /* of (2 * the larger scale)^2 / (2^14 * the output's scale) */
    int8_t a_shift, b_shift;            /* not positive */
    int8_t output_shift;
    int8_t a_zero, b_zero, output_zero; /* zero points */
} thimble_squared_difference_s8_params;

void thimble_squared_difference_s8(const thimble_squared_difference_s8_params *p, const int8_t *a,
                                   const int8_t *b, int8_t *output);

#endif
