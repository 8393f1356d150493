/* 1 at the first of the largest of each row, otherwise 0; float. */
#ifndef THIMBLE_HARDMAX_F32_H
#define THIMBLE_HARDMAX_F32_H

#include <stdint.h>

typedef struct {
    uint32_t rows, columns;
} thimble_hardmax_f32_params;

void thimble_hardmax_f32(const thimble_hardmax_f32_params *p, const float *input, float *output);

#endif
