/* Float convolution on clustered weights, four pixels at a time: a weight is the index of its value in a table. */
#include "thimble_conv2d_codebook_f32.h"
#include "thimble_sparse_codebook_f32.h"

/* A tap is `stride` floats from the next one. */
static inline void channels(const thimble_conv2d_codebook_f32_params *p, const thimble_sparse_place_f32 *at,
                            int32_t stride, int32_t step)
{
    const uint32_t bits = p->index_bits, in_byte = 8u / bits, lowest = (1u << bits) - 1u;
    const float *table = p->codebook;
    const uint8_t *index = p->indices;
    for (int32_t c = 0; c < p->layer.out_channels; c++, table += p->table_step) {
        const uint32_t zero = thimble_sparse_zero_index(table, lowest + 1u);
        thimble_sparse_sums_f32 sums = {0.0f, 0.0f, 0.0f, 0.0f};
        const float *x = at->x;
        for (uint32_t left = p->taps; left > 0;) {
            const uint32_t now = left < in_byte ? left : in_byte;
            uint32_t indices = *index++;
            for (uint32_t i = 0; i < now; i++, x += stride, indices >>= bits) {
                const uint32_t choice = indices & lowest;
                if (choice != zero) {
                    thimble_sparse_add_f32(&sums, x, step, table[choice]);
                }
            }
            left -= now;
        }
        thimble_sparse_store_f32(&p->layer, at, c, sums);
    }
}

static void four_pixels(const void *params, const thimble_sparse_place_f32 *at)
{
    if (at->step == 1) {
        channels(params, at, THIMBLE_PIXELS, 1);
    } else {
        channels(params, at, 1, at->step);
    }
}

void thimble_conv2d_codebook_f32(const thimble_conv2d_codebook_f32_params *p, const float *input, float *output,
                                 void *scratch)
{
    thimble_sparse_conv2d_run_f32(&p->layer, p, four_pixels, input, output, scratch);
}
