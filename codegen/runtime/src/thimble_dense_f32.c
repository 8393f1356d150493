/* Portable reference of the float dense layer. */
#include "thimble_dense_f32.h"
#include "thimble_math.h"

void thimble_dense_f32(const thimble_dense_f32_params *p, const float *input, float *output)
{
    const float *w = p->weights;
    for (uint32_t row = 0; row < p->outputs; row++) {
        float sum = 0.0f;
        for (uint32_t i = 0; i < p->inputs; i++) {
            sum += input[i] * *w++;
        }
        output[row] = thimble_clamp_f32(sum + p->bias[row], p->output_min, p->output_max);
    }
}
