/* Portable reference of the hyperbolic sine. */
#include "thimble_sinh_f32.h"
#include "thimble_hyperbolic.h"

void thimble_sinh_f32(const thimble_sinh_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        output[i] = thimble_math_sinh(input[i]);
    }
}
