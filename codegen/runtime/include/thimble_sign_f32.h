/* Sign of each element, float. */
#ifndef THIMBLE_SIGN_F32_H
#define THIMBLE_SIGN_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_sign_f32_params;

void thimble_sign_f32(const thimble_sign_f32_params *p, const float *input, float *output);

#endif
