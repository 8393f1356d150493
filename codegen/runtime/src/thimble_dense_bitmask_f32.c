/* Float dense layer on weights under a bitmask: a zero costs a bit and no multiplication. */
#include "thimble_dense_bitmask_f32.h"
#include "thimble_first_bit.h"

void thimble_dense_bitmask_f32(const thimble_dense_bitmask_f32_params *p, const float *input, float *output)
{
    const float *value = p->values;
    const uint8_t *mask = p->mask;
    for (int32_t row = 0; row < p->layer.outputs; row++) {
        float sum = 0.0f;
        for (uint32_t first = 0; first < p->inputs; first += 8) {
            for (uint32_t bits = *mask++; bits != 0; bits &= bits - 1) {
                sum += input[first + thimble_first_bit(bits)] * *value++;
            }
        }
        output[row] = thimble_sparse_output_f32(&p->layer, row, sum);
    }
}
