/* Portable reference of the error function. */
#include "thimble_erf_f32.h"
#include "thimble_math.h"

void thimble_erf_f32(const thimble_erf_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        output[i] = thimble_math_erf(input[i]);
    }
}
