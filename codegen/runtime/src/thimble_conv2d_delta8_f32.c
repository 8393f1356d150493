/* Float convolution on delta-coded weights, four pixels at a time: a zero that is not stored costs nothing. */
#include "thimble_conv2d_delta8_f32.h"

static void four_pixels(const void *params, const thimble_sparse_place_f32 *at)
{
    const thimble_conv2d_delta8_f32_params *p = params;
    const float *value = p->values;
    const uint8_t *gap = p->gaps;
    for (int32_t c = 0; c < p->layer.out_channels; c++) {
        thimble_sparse_sums_f32 sums = {0.0f, 0.0f, 0.0f, 0.0f};
        const float *x = at->x;
        for (const float *end = value + p->counts[c]; value != end; value++, x += THIMBLE_PIXELS) {
            x += THIMBLE_PIXELS * *gap++;
            thimble_sparse_add_f32(&sums, x, *value);
        }
        thimble_sparse_store_f32(&p->layer, at, c, sums);
    }
}

void thimble_conv2d_delta8_f32(const thimble_conv2d_delta8_f32_params *p, const float *input, float *output,
                               void *scratch)
{
    thimble_sparse_conv2d_run_f32(&p->layer, p, four_pixels, input, output, scratch);
}
