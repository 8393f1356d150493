/* Float convolution on compressed rows, four pixels at a time: a zero weight costs nothing. */
#include "thimble_conv2d_crs16_f32.h"

/* A tap is `stride` floats from the next one. */
static inline void channels(const thimble_conv2d_crs16_f32_params *p, const thimble_sparse_place_f32 *at,
                            int32_t stride, int32_t step)
{
    const float *value = p->values;
    const uint16_t *column = p->columns;
    for (int32_t c = 0; c < p->layer.out_channels; c++) {
        thimble_sparse_sums_f32 sums = {0.0f, 0.0f, 0.0f, 0.0f};
        for (const float *end = value + p->counts[c]; value != end; value++) {
            thimble_sparse_add_f32(&sums, at->x + stride * *column++, step, *value);
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

void thimble_conv2d_crs16_f32(const thimble_conv2d_crs16_f32_params *p, const float *input, float *output,
                             void *scratch)
{
    thimble_sparse_conv2d_run_f32(&p->layer, p, four_pixels, input, output, scratch);
}
