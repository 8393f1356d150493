/* Float to int8. */
#ifndef THIMBLE_QUANTIZE_S8_H
#define THIMBLE_QUANTIZE_S8_H

#include <stdint.h>

typedef struct {
    float scale;
    uint32_t elements;
    int8_t zero; /* the zero point */
} thimble_quantize_s8_params;

void thimble_quantize_s8(const thimble_quantize_s8_params *p, const float *input, int8_t *output);

#endif
