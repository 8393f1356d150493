/* int8 convolution on clustered weights, four pixels at a time: a weight is the index of its value in a table. */
#include "thimble_conv2d_codebook_s8.h"

static void four_pixels(const void *params, const thimble_sparse_place *at)
{
    const thimble_conv2d_codebook_s8_params *p = params;
    const uint32_t in_byte = 8u / p->index_bits, lowest = (1u << p->index_bits) - 1u;
    const int8_t *table = p->codebook;
    const uint8_t *index = p->indices;
    const int32_t *scaling = at->scaling;
    int8_t *y = at->output;
    for (int32_t c = 0; c < p->layer.out_channels; c++, table += p->table_step) {
        thimble_sparse_sums sums = {0, 0, 0, 0};
        const uint16_t *offset = p->offsets;
        for (uint32_t left = p->taps; left > 0;) {
            const uint32_t now = left < in_byte ? left : in_byte;
            uint32_t indices = *index++;
            for (uint32_t i = 0; i < now; i++, offset++, indices >>= p->index_bits) {
                const int8_t weight = table[indices & lowest];
                if (weight != 0) {
                    thimble_sparse_add(&sums, at->x + *offset, weight);
                }
            }
            left -= now;
        }
        thimble_sparse_store(at, scaling, sums, y++);
        scaling += 3;
    }
}

void thimble_conv2d_codebook_s8(const thimble_conv2d_codebook_s8_params *p, const int8_t *input, int8_t *output,
                                void *scratch)
{
    thimble_sparse_conv2d_run(&p->layer, p, four_pixels, input, output, scratch);
}
