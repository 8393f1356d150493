/* Portable reference of the natural logarithm. */
#include "thimble_log_f32.h"
#include "thimble_math.h"

void thimble_log_f32(const thimble_log_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = thimble_math_log(x);
    }
}
