/* 2-D average pooling, float, NHWC, batch 1. Input: [in_height][in_width][channels]. */
#ifndef THIMBLE_AVERAGE_POOL_F32_H
#define THIMBLE_AVERAGE_POOL_F32_H

#include <stdint.h>

typedef struct {
    float output_min, output_max; /* the fused activation as a clamp */
    uint16_t in_height, in_width;
    uint16_t out_height, out_width;
    uint16_t channels;
    uint16_t pool_height, pool_width;
    uint16_t stride_height, stride_width;
    uint16_t pad_top, pad_left;
    uint8_t counts_padding;      /* 1: divide by the whole window; 0: by what lies inside the image */
} thimble_average_pool_f32_params;

void thimble_average_pool_f32(const thimble_average_pool_f32_params *p, const float *input, float *output);

#endif
