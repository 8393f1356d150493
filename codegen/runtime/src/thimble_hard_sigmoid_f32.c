/* Portable reference of the hard sigmoid. */
#include "thimble_hard_sigmoid_f32.h"
#include "thimble_math.h"

void thimble_hard_sigmoid_f32(const thimble_hard_sigmoid_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = thimble_clamp_f32(p->alpha * x + p->beta, 0.0f, 1.0f);
    }
}
