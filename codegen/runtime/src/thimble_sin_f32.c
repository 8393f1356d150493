/* Portable reference of the sine. */
#include "thimble_sin_f32.h"
#include "thimble_trigonometry.h"

void thimble_sin_f32(const thimble_sin_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        output[i] = thimble_math_sin(input[i]);
    }
}
