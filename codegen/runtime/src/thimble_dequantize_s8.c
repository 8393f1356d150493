/* Portable reference of dequantization. */
#include "thimble_dequantize_s8.h"

void thimble_dequantize_s8(const thimble_dequantize_s8_params *p, const int8_t *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        output[i] = p->scale * (float)(input[i] - p->zero);
    }
}
