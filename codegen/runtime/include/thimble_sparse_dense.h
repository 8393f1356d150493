/* What the int8 dense layers on sparse and clustered weights share, whatever the storage. */
#ifndef THIMBLE_SPARSE_DENSE_H
#define THIMBLE_SPARSE_DENSE_H

#include <stdint.h>

#include "thimble_dsp.h"
#include "thimble_sparse_scale.h"

typedef struct {
    thimble_sparse_output output; /* a scaling an output */
    uint16_t outputs;
} thimble_sparse_dense;

#if defined(__ARM_ARCH_6M__) || THIMBLE_HAS_DSP
#define THIMBLE_SPARSE_HAS_ROWS 1

/* The rows of a format, as its routine reads them. */
typedef struct {
    const int8_t *values;
    const void *places;          /* columns or gaps */
    const uint16_t *counts;      /* values of each row */
} thimble_sparse_row_sums;

/* All outputs, where scales are split. The routine `row` adds the next row's products to the sum in r8; r0 is the
 * input; it moves r1 (values) and r2 (places) on. On a Cortex-M4, r3 is `counts`, to be moved on, r4 to r7 and r12 are
 * free; on a Cortex-M0+, r12 is `counts`, r3 to r7 are free. */
void thimble_sparse_outputs(const thimble_sparse_dense *p, const thimble_sparse_row_sums *rows, void (*row)(void),
                            const int8_t *input, int8_t *output);

#else
#define THIMBLE_SPARSE_HAS_ROWS 0
#endif

#endif
