/* Portable reference of the arcus cosine. */
#include "thimble_acos_f32.h"
#include "thimble_trigonometry.h"

void thimble_acos_f32(const thimble_acos_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        output[i] = thimble_math_acos(input[i]);
    }
}
