/* Float dense layer on compressed rows: a zero weight costs nothing. */
#include "thimble_dense_crs16_f32.h"

/* Four sums, because an FPU waits for the last product of a sum before it adds the next one. */
void thimble_dense_crs16_f32(const thimble_dense_crs16_f32_params *p, const float *input, float *output)
{
    const float *value = p->values;
    const uint16_t *column = p->columns;
    for (int32_t row = 0; row < p->layer.outputs; row++) {
        float a = 0.0f, b = 0.0f, c = 0.0f, d = 0.0f;
        int32_t left = p->counts[row];
        for (; left >= 4; left -= 4, value += 4, column += 4) {
            a += input[column[0]] * value[0];
            b += input[column[1]] * value[1];
            c += input[column[2]] * value[2];
            d += input[column[3]] * value[3];
        }
        for (; left > 0; left--) {
            a += input[*column++] * *value++;
        }
        output[row] = thimble_sparse_output_f32(&p->layer, row, (a + b) + (c + d));
    }
}
