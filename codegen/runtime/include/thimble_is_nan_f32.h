/* Whether it is not a number, 0 or 1, of each element, float. */
#ifndef THIMBLE_IS_NAN_F32_H
#define THIMBLE_IS_NAN_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_is_nan_f32_params;

void thimble_is_nan_f32(const thimble_is_nan_f32_params *p, const float *input, uint8_t *output);

#endif
