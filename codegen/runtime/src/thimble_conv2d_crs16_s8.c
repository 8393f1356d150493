/* int8 convolution on compressed rows, four pixels at a time: a zero weight costs nothing. */
#include "thimble_conv2d_crs16_s8.h"
#include "thimble_naked.h"
#include "thimble_sparse_crs.h"

#if THIMBLE_SPARSE_HAS_ROWS

THIMBLE_NAKED static void row(void)
{
#if THIMBLE_HAS_DSP
    __asm__(THIMBLE_CRS_CHANNEL("", THIMBLE_CRS_TAP("ldrh r4, [r2], #2\n"), "bx lr\n"));
#else
    __asm__(THIMBLE_CRS_CHANNEL(THIMBLE_CRS_TAP("ldrh r3, [r2]\n adds r2, #2\n")));
#endif
}

#endif

static void four_pixels(const void *params, const thimble_sparse_place *at)
{
    const thimble_conv2d_crs16_s8_params *p = params;
#if THIMBLE_SPARSE_HAS_ROWS
    if (at->fast) {
        const thimble_sparse_rows rows = {p->values, p->offsets, p->counts, p->offsets};
        thimble_sparse_channels(at, &rows, row);
        return;
    }
#endif
    const int8_t *value = p->values;
    const uint16_t *offset = p->offsets;
    const int32_t *scaling = at->scaling;
    int8_t *y = at->output;
    for (int32_t c = 0; c < p->layer.out_channels; c++, scaling += 3) {
        thimble_sparse_sums sums = {0, 0, 0, 0};
        for (const int8_t *end = value + p->counts[c]; value != end; value++, offset++) {
            thimble_sparse_add(&sums, at->x + *offset, *value);
        }
        thimble_sparse_store(at, scaling, sums, y++);
    }
}

void thimble_conv2d_crs16_s8(const thimble_conv2d_crs16_s8_params *p, const int8_t *input, int8_t *output,
                             void *scratch)
{
    thimble_sparse_conv2d_run(&p->layer, p, four_pixels, input, output, scratch);
}
