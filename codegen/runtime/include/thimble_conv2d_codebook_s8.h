/* 2-D convolution, int8, NHWC, batch 1, weights in a codebook. */
#ifndef THIMBLE_CONV2D_CODEBOOK_S8_H
#define THIMBLE_CONV2D_CODEBOOK_S8_H

#include "thimble_sparse_conv2d.h"

typedef struct {
    const uint8_t *indices;      /* [out_channels]: a filter begins with a new byte; the lowest bits are the first */
    const int8_t *codebook;      /* tables of 2^index_bits values: one, or one a filter */
    const uint16_t *offsets;     /* [taps]: where each tap lies in the lines of thimble_sparse_conv2d.h */
    uint16_t taps;             /* weights of a filter */
    uint8_t index_bits;          /* 1, 2 or 4 */
    uint8_t table_step;          /* values from one filter's table to the next: 2^index_bits, or 0 with one for all */
    thimble_sparse_conv2d layer;
} thimble_conv2d_codebook_s8_params;

/* input: [in_height][in_width][in_channels]; output: [out_height][out_width][out_channels]; scratch: as
 * thimble_sparse_conv2d_run. */
void thimble_conv2d_codebook_s8(const thimble_conv2d_codebook_s8_params *p, const int8_t *input, int8_t *output,
                                void *scratch);

#endif
