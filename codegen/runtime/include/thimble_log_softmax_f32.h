/* Logarithm of the softmax over the last axis, float. Input and output: [rows][columns]. */
#ifndef THIMBLE_LOG_SOFTMAX_F32_H
#define THIMBLE_LOG_SOFTMAX_F32_H

#include <stdint.h>

typedef struct {
    uint32_t rows, columns;
} thimble_log_softmax_f32_params;

void thimble_log_softmax_f32(const thimble_log_softmax_f32_params *p, const float *input, float *output);

#endif
