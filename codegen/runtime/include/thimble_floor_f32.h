/* Largest whole number below of each element, float. */
#ifndef THIMBLE_FLOOR_F32_H
#define THIMBLE_FLOOR_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_floor_f32_params;

void thimble_floor_f32(const thimble_floor_f32_params *p, const float *input, float *output);

#endif
