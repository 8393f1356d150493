/* Portable reference of the test for what is not a number. */
#include "thimble_is_nan_f32.h"

void thimble_is_nan_f32(const thimble_is_nan_f32_params *p, const float *input, uint8_t *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = x != x;
    }
}
