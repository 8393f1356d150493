/* The walk over the pixels of a convolution of one tap on sparse weights. */
#include "thimble_sparse_pointwise.h"
#include "thimble_rounding.h"

#if THIMBLE_SPARSE_HAS_ROWS

enum { PIXELS = THIMBLE_SPARSE_PIXELS };

void thimble_sparse_pointwise_run(const thimble_sparse_pointwise *p, const int8_t *values, const void *places,
                                  const uint16_t *counts, void (*row)(void), const int8_t *input, int8_t *output)
{
    const thimble_sparse_output *o = &p->output;
    const thimble_sparse_rows rows = {values, places, counts, (const uint16_t *)(uintptr_t)p->in_channels};
    thimble_sparse_place at = {
        .scaling = o->scaling,
        .step = p->out_channels,
        .half = 2 * o->output_zero + 1,
        .twice = o->rounding == THIMBLE_ROUND_TWICE ? 2048 : 0,
        .settings = o,
        .pixels = PIXELS,
        .fast = 1,
    };
    for (uint32_t pixel = 0; pixel < p->pixels; pixel += PIXELS) {
        const uint32_t first = pixel + PIXELS <= p->pixels ? pixel : p->pixels - PIXELS;
        at.x = (const uint8_t *)input + first * p->in_channels;
        at.output = output + first * p->out_channels;
        at.end = at.output + p->out_channels;
        thimble_sparse_channels(&at, &rows, row);
    }
#if THIMBLE_HAS_DSP
    thimble_sparse_clamp(o, output, (int32_t)p->pixels * p->out_channels);
#endif
}

#endif
