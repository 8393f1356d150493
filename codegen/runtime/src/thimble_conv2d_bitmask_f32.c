/* Float convolution on weights under a bitmask, four pixels at a time: a zero costs a bit and no multiplication. */
#include "thimble_conv2d_bitmask_f32.h"
#include "thimble_first_bit.h"

/* A tap is `stride` floats from the next one. */
static inline void channels(const thimble_conv2d_bitmask_f32_params *p, const thimble_sparse_place_f32 *at,
                            int32_t stride, int32_t step)
{
    const float *value = p->values;
    const uint8_t *mask = p->mask;
    for (int32_t c = 0; c < p->layer.out_channels; c++) {
        thimble_sparse_sums_f32 sums = {0.0f, 0.0f, 0.0f, 0.0f};
        for (uint32_t first = 0; first < p->taps; first += 8) {
            for (uint32_t bits = *mask++; bits != 0; bits &= bits - 1) {
                const uint32_t tap = first + thimble_first_bit(bits);
                thimble_sparse_add_f32(&sums, at->x + stride * tap, step, *value++);
            }
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

void thimble_conv2d_bitmask_f32(const thimble_conv2d_bitmask_f32_params *p, const float *input, float *output,
                                void *scratch)
{
    thimble_sparse_conv2d_run_f32(&p->layer, p, four_pixels, input, output, scratch);
}
