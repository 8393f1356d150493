/* Portable reference of the nearest whole number. */
#include "thimble_round_f32.h"
#include "thimble_whole.h"

void thimble_round_f32(const thimble_round_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        output[i] = thimble_round(input[i]);
    }
}
