/* Leaky ReLU with trained slopes, int8, slopes broadcast. */
#ifndef THIMBLE_PRELU_S8_H
#define THIMBLE_PRELU_S8_H

#include <stdint.h>

#include "thimble_broadcast.h"

typedef struct {
    thimble_broadcast shape;
    int32_t multiplier;       /* of scale_in / scale_out, where x is not negative */
    int32_t slope_multiplier; /* of scale_in * scale_slope / scale_out */
    int8_t shift, slope_shift;
    int8_t input_zero, slope_zero, output_zero; /* zero points */
} thimble_prelu_s8_params;

void thimble_prelu_s8(const thimble_prelu_s8_params *p, const int8_t *input, const int8_t *slopes,
                      int8_t *output);

#endif
