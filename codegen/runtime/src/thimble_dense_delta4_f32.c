/* Float dense layer on delta-coded weights: a zero that is not stored costs nothing. */
#include "thimble_dense_delta4_f32.h"

void thimble_dense_delta4_f32(const thimble_dense_delta4_f32_params *p, const float *input, float *output)
{
    const float *value = p->values;
    const uint8_t *gaps = p->gaps;
    for (int32_t row = 0; row < p->layer.outputs; row++) {
        const float *x = input;
        float a = 0.0f, b = 0.0f;
        int32_t left = p->counts[row];
        for (; left >= 2; left -= 2, value += 2, gaps++) {
            x += *gaps & 15;
            a += *x++ * value[0];
            x += *gaps >> 4;
            b += *x++ * value[1];
        }
        if (left > 0) {
            a += x[*gaps++ & 15] * *value++;
        }
        output[row] = thimble_sparse_output_f32(&p->layer, row, a + b);
    }
}
