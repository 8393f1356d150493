/* Error function of each element, float. */
#ifndef THIMBLE_ERF_F32_H
#define THIMBLE_ERF_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_erf_f32_params;

void thimble_erf_f32(const thimble_erf_f32_params *p, const float *input, float *output);

#endif
