/* int8 dense layer on clustered weights: a weight is the index of its value in a table. */
#include "thimble_dense_codebook_s8.h"

void thimble_dense_codebook_s8(const thimble_dense_codebook_s8_params *p, const int8_t *input, int8_t *output)
{
    const uint32_t in_byte = 8u / p->index_bits, lowest = (1u << p->index_bits) - 1u;
    const int8_t *table = p->codebook;
    const uint8_t *index = p->indices;
    for (int32_t row = 0; row < p->layer.outputs; row++, table += p->table_step) {
        const int8_t *x = input;
        int32_t sum = 0;
        for (uint32_t left = p->inputs; left > 0;) {
            const uint32_t now = left < in_byte ? left : in_byte;
            uint32_t indices = *index++;
            for (uint32_t i = 0; i < now; i++, indices >>= p->index_bits) {
                const int8_t weight = table[indices & lowest];
                sum += weight != 0 ? *x * weight : 0;
                x++;
            }
            left -= now;
        }
        output[row] = thimble_sparse_scale(&p->layer.output, sum, p->layer.output.scaling + 3 * row);
    }
}
