/* int8 convolution on weights under a bitmask, four pixels at a time: a zero costs a bit and no multiplication. */
#include "thimble_conv2d_bitmask_s8.h"
#include "thimble_first_bit.h"

static void four_pixels(const void *params, const thimble_sparse_place *at)
{
    const thimble_conv2d_bitmask_s8_params *p = params;
    const int8_t *value = p->values;
    const uint8_t *mask = p->mask;
    const int32_t *scaling = at->scaling;
    int8_t *y = at->output;
    for (int32_t c = 0; c < p->layer.out_channels; c++) {
        thimble_sparse_sums sums = {0, 0, 0, 0};
        const uint16_t *offset = p->offsets;
        for (const uint8_t *end = mask + (p->taps + 7) / 8; mask != end; mask++, offset += 8) {
            for (uint32_t bits = *mask; bits != 0; bits &= bits - 1) {
                thimble_sparse_add(&sums, at->x + offset[thimble_first_bit(bits)], *value++);
            }
        }
        thimble_sparse_store(at, scaling, sums, y++);
        scaling += 3;
    }
}

void thimble_conv2d_bitmask_s8(const thimble_conv2d_bitmask_s8_params *p, const int8_t *input, int8_t *output,
                               void *scratch)
{
    thimble_sparse_conv2d_run(&p->layer, p, four_pixels, input, output, scratch);
}
