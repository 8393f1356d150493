/* Portable reference of the inverse hyperbolic sine. */
#include "thimble_asinh_f32.h"
#include "thimble_hyperbolic.h"

void thimble_asinh_f32(const thimble_asinh_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        output[i] = thimble_math_asinh(input[i]);
    }
}
