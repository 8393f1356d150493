/* 2-D convolution, float, NHWC, batch 1, weights in a codebook. */
#ifndef THIMBLE_CONV2D_CODEBOOK_F32_H
#define THIMBLE_CONV2D_CODEBOOK_F32_H

#include "thimble_sparse_conv2d_f32.h"

typedef struct {
    const uint8_t *indices;      /* [out_channels]: a filter begins with a new byte; the lowest bits are the first */
    const float *codebook;       /* tables of 2^index_bits values: one, or one a filter */
    uint16_t taps;               /* weights of a filter */
    uint8_t index_bits;          /* 1, 2 or 4 */
    uint8_t table_step;          /* values from one filter's table to the next: 2^index_bits, or 0 with one for all */
    thimble_sparse_conv2d_f32 layer;
} thimble_conv2d_codebook_f32_params;

/* input: [in_height][in_width][in_channels]; output: [out_height][out_width][out_channels]; scratch: as
 * thimble_sparse_conv2d_run_f32. */
void thimble_conv2d_codebook_f32(const thimble_conv2d_codebook_f32_params *p, const float *input, float *output,
                                void *scratch);

#endif
