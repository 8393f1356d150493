/* int8 dense layer on delta-coded weights: a zero that is not stored costs nothing. */
#include "thimble_dense_delta4_s8.h"

void thimble_dense_delta4_s8(const thimble_dense_delta4_s8_params *p, const int8_t *input, int8_t *output)
{
    const int8_t *value = p->values;
    const uint8_t *gaps = p->gaps;
    for (int32_t row = 0; row < p->layer.outputs; row++) {
        const int8_t *x = input;
        int32_t sum = 0, left = p->counts[row];
        for (; left >= 2; left -= 2, gaps++) {
            x += *gaps & 15;
            sum += *x++ * *value++;
            x += *gaps >> 4;
            sum += *x++ * *value++;
        }
        if (left > 0) {
            sum += x[*gaps++ & 15] * *value++;
        }
        output[row] = thimble_sparse_scale(&p->layer.output, sum, p->layer.output.scaling + 3 * row);
    }
}
