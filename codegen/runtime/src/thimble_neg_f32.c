/* Portable reference of the negative. */
#include "thimble_neg_f32.h"

void thimble_neg_f32(const thimble_neg_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = -x;
    }
}
