/* The nearest number in a range of each element, float. */
#ifndef THIMBLE_CLIP_F32_H
#define THIMBLE_CLIP_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
    float low, high;
} thimble_clip_f32_params;

void thimble_clip_f32(const thimble_clip_f32_params *p, const float *input, float *output);

#endif
