/* Portable reference of the arcus sine. */
#include "thimble_asin_f32.h"
#include "thimble_trigonometry.h"

void thimble_asin_f32(const thimble_asin_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        output[i] = thimble_math_asin(input[i]);
    }
}
