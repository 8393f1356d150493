/* A factor and an offset a channel, float, channels last. Input: [pixels][channels]. */
#ifndef THIMBLE_BATCH_NORM_F32_H
#define THIMBLE_BATCH_NORM_F32_H

#include <stdint.h>

typedef struct {
    const float *factor, *offset; /* [channels] */
    uint32_t pixels, channels;
} thimble_batch_norm_f32_params;

void thimble_batch_norm_f32(const thimble_batch_norm_f32_params *p, const float *input, float *output);

#endif
