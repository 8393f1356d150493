/* Portable reference of the int8 dense layer. */
#include "thimble_dense_s8.h"
#include "thimble_requantize.h"

void thimble_dense_s8(const thimble_dense_s8_params *p, const int8_t *input, int8_t *output)
{
    const int8_t *w = p->weights;
    for (int32_t row = 0; row < p->outputs; row++) {
        int32_t sum = p->bias[row];
        for (int32_t i = 0; i < p->inputs; i++) {
            sum += (int32_t)input[i] * *w++;
        }
        const int32_t scale = p->per_channel ? row : 0;
        sum = thimble_requantize_once(sum, p->multiplier[scale], p->shift[scale]) + p->output_zero;
        output[row] = thimble_clamp_s8(sum, p->output_min, p->output_max);
    }
}
