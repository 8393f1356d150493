/* 2-D max pooling, float, NHWC, batch 1. Input: [in_height][in_width][channels]. */
#ifndef THIMBLE_MAX_POOL_F32_H
#define THIMBLE_MAX_POOL_F32_H

#include <stdint.h>

typedef struct {
    float output_min, output_max; /* the fused activation as a clamp */
    uint16_t in_height, in_width;
    uint16_t out_height, out_width;
    uint16_t channels;
    uint16_t pool_height, pool_width;
    uint16_t stride_height, stride_width;
    uint16_t pad_top, pad_left;
} thimble_max_pool_f32_params;

void thimble_max_pool_f32(const thimble_max_pool_f32_params *p, const float *input, float *output);

#endif
