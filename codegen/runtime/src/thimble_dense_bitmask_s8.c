/* int8 dense layer on weights under a bitmask: a zero costs a bit and no multiplication. */
#include "thimble_dense_bitmask_s8.h"
#include "thimble_first_bit.h"

void thimble_dense_bitmask_s8(const thimble_dense_bitmask_s8_params *p, const int8_t *input, int8_t *output)
{
    const int8_t *value = p->values;
    const uint8_t *mask = p->mask;
    for (int32_t row = 0; row < p->layer.outputs; row++) {
        const int8_t *x = input;
        int32_t sum = 0;
        for (const uint8_t *end = mask + (p->inputs + 7) / 8; mask != end; mask++, x += 8) {
            for (uint32_t bits = *mask; bits != 0; bits &= bits - 1) {
                sum += x[thimble_first_bit(bits)] * *value++;
            }
        }
        output[row] = thimble_sparse_scale(&p->layer.output, sum, p->layer.output.scaling + 3 * row);
    }
}
