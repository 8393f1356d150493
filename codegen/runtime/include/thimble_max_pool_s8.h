/* 2-D max pooling, int8, NHWC, batch 1. */
#ifndef THIMBLE_MAX_POOL_S8_H
#define THIMBLE_MAX_POOL_S8_H

#include <stdint.h>

typedef struct {
    uint16_t in_height, in_width;
    uint16_t out_height, out_width;
    uint16_t channels;
    uint16_t pool_height, pool_width;
    uint16_t stride_height, stride_width;
    uint16_t pad_top, pad_left;
    int8_t output_min, output_max; /* the fused activation as a clamp */
} thimble_max_pool_s8_params;

/* input: [in_height][in_width][channels]; output: [out_height][out_width][channels]. */
void thimble_max_pool_s8(const thimble_max_pool_s8_params *p, const int8_t *input, int8_t *output);

#endif
