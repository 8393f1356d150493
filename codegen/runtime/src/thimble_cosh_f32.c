/* Portable reference of the hyperbolic cosine. */
#include "thimble_cosh_f32.h"
#include "thimble_hyperbolic.h"

void thimble_cosh_f32(const thimble_cosh_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        output[i] = thimble_math_cosh(input[i]);
    }
}
