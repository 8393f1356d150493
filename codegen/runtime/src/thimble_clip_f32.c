/* Portable reference of the clip, and of ReLU and ReLU6. */
#include "thimble_clip_f32.h"
#include "thimble_math.h"

void thimble_clip_f32(const thimble_clip_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = thimble_clamp_f32(x, p->low, p->high);
    }
}
