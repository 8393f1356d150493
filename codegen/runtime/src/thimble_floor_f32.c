/* Portable reference of the largest whole number below. */
#include "thimble_floor_f32.h"
#include "thimble_whole.h"

void thimble_floor_f32(const thimble_floor_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        output[i] = thimble_floor(input[i]);
    }
}
