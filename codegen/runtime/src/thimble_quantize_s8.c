/* Portable reference of quantization: divided in single precision, halves rounded away from zero. */
#include "thimble_quantize_s8.h"

void thimble_quantize_s8(const thimble_quantize_s8_params *p, const float *input, int8_t *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i] / p->scale;
        int32_t q = -512; /* far below, and for what is not a number */
        if (x >= 512.0f) {
            q = 512;
        } else if (x > -512.0f) {
            q = (int32_t)x; /* towards zero; the rest is exact */
            const float rest = x - (float)q;
            q += rest >= 0.5f ? 1 : rest <= -0.5f ? -1 : 0;
        }
        q += p->zero;
        output[i] = (int8_t)(q < INT8_MIN ? INT8_MIN : q > INT8_MAX ? INT8_MAX : q);
    }
}
