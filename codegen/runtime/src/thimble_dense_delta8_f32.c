/* Float dense layer on delta-coded weights: a zero that is not stored costs nothing. */
#include "thimble_dense_delta8_f32.h"

/* Four sums, because an FPU waits for the last product of a sum before it adds the next one. */
void thimble_dense_delta8_f32(const thimble_dense_delta8_f32_params *p, const float *input, float *output)
{
    const float *value = p->values;
    const uint8_t *gap = p->gaps;
    for (int32_t row = 0; row < p->layer.outputs; row++) {
        const float *x = input;
        float a = 0.0f, b = 0.0f, c = 0.0f, d = 0.0f;
        int32_t left = p->counts[row];
        for (; left >= 4; left -= 4, value += 4, gap += 4) {
            x += gap[0];
            a += *x++ * value[0];
            x += gap[1];
            b += *x++ * value[1];
            x += gap[2];
            c += *x++ * value[2];
            x += gap[3];
            d += *x++ * value[3];
        }
        for (; left > 0; left--) {
            x += *gap++;
            a += *x++ * *value++;
        }
        output[row] = thimble_sparse_output_f32(&p->layer, row, (a + b) + (c + d));
    }
}
