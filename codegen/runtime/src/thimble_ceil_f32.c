/* Portable reference of the smallest whole number above. */
#include "thimble_ceil_f32.h"
#include "thimble_whole.h"

void thimble_ceil_f32(const thimble_ceil_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        output[i] = thimble_ceil(input[i]);
    }
}
