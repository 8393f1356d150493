/* Float dense layer on clustered weights: a weight is the index of its value in a table. */
#include "thimble_dense_codebook_f32.h"
#include "thimble_sparse_codebook_f32.h"

void thimble_dense_codebook_f32(const thimble_dense_codebook_f32_params *p, const float *input, float *output)
{
    const uint32_t bits = p->index_bits, in_byte = 8u / bits, lowest = (1u << bits) - 1u;
    const float *table = p->codebook;
    const uint8_t *index = p->indices;
    for (int32_t row = 0; row < p->layer.outputs; row++, table += p->table_step) {
        const uint32_t zero = thimble_sparse_zero_index(table, lowest + 1u);
        const float *x = input;
        float sum = 0.0f;
        for (uint32_t left = p->inputs; left > 0;) {
            const uint32_t now = left < in_byte ? left : in_byte;
            uint32_t indices = *index++;
            for (uint32_t i = 0; i < now; i++, x++, indices >>= bits) {
                const uint32_t choice = indices & lowest;
                if (choice != zero) {
                    sum += *x * table[choice];
                }
            }
            left -= now;
        }
        output[row] = thimble_sparse_output_f32(&p->layer, row, sum);
    }
}
