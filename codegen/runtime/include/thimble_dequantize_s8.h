/* int8 to float. */
#ifndef THIMBLE_DEQUANTIZE_S8_H
#define THIMBLE_DEQUANTIZE_S8_H

#include <stdint.h>

typedef struct {
    float scale;
    uint32_t elements;
    int8_t zero; /* the zero point */
} thimble_dequantize_s8_params;

void thimble_dequantize_s8(const thimble_dequantize_s8_params *p, const int8_t *input, float *output);

#endif
