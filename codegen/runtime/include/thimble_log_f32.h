/* Natural logarithm of each element, float. */
#ifndef THIMBLE_LOG_F32_H
#define THIMBLE_LOG_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_log_f32_params;

void thimble_log_f32(const thimble_log_f32_params *p, const float *input, float *output);

#endif
