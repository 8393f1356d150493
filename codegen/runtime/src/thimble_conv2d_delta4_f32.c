/* Float convolution on delta-coded weights, four pixels at a time: a zero that is not stored costs nothing. */
#include "thimble_conv2d_delta4_f32.h"

static void four_pixels(const void *params, const thimble_sparse_place_f32 *at)
{
    const thimble_conv2d_delta4_f32_params *p = params;
    const float *value = p->values;
    const uint8_t *gaps = p->gaps;
    for (int32_t c = 0; c < p->layer.out_channels; c++) {
        thimble_sparse_sums_f32 sums = {0.0f, 0.0f, 0.0f, 0.0f};
        const float *x = at->x;
        int32_t left = p->counts[c];
        for (; left >= 2; left -= 2, value += 2, gaps++) {
            x += THIMBLE_PIXELS * (*gaps & 15);
            thimble_sparse_add_f32(&sums, x, value[0]);
            x += THIMBLE_PIXELS * (1 + (*gaps >> 4));
            thimble_sparse_add_f32(&sums, x, value[1]);
            x += THIMBLE_PIXELS;
        }
        if (left > 0) {
            thimble_sparse_add_f32(&sums, x + THIMBLE_PIXELS * (*gaps++ & 15), *value++);
        }
        thimble_sparse_store_f32(&p->layer, at, c, sums);
    }
}

void thimble_conv2d_delta4_f32(const thimble_conv2d_delta4_f32_params *p, const float *input, float *output,
                               void *scratch)
{
    thimble_sparse_conv2d_run_f32(&p->layer, p, four_pixels, input, output, scratch);
}
