/* What the int8 convolutions of one tap on sparse weights share, whatever the storage: the pixels follow each other in
 * input and output, and the same channel of the next one lies in_channels bytes on. */
#ifndef THIMBLE_SPARSE_POINTWISE_H
#define THIMBLE_SPARSE_POINTWISE_H

#include "thimble_sparse_channels.h"

typedef struct {
    thimble_sparse_output output; /* a scaling an output channel */
    uint32_t pixels;
    uint16_t in_channels, out_channels;
} thimble_sparse_pointwise;

#if THIMBLE_SPARSE_HAS_ROWS

/* Whether thimble_sparse_pointwise_run can be used. */
static inline int thimble_sparse_pointwise_fast(const thimble_sparse_pointwise *p)
{
    return p->output.split && p->pixels >= THIMBLE_SPARSE_PIXELS;
}

/* Four pixels at a time; the last four may be some of those before them again. `row` is a routine for
 * thimble_sparse_channels that reads pixels apart. */
void thimble_sparse_pointwise_run(const thimble_sparse_pointwise *p, const int8_t *values, const void *places,
                                  const uint16_t *counts, void (*row)(void), const int8_t *input, int8_t *output);

#endif

#endif
