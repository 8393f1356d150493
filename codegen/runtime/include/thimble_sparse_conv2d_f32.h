/* What the float convolutions on sparse and clustered weights share, whatever the storage.
 *
 * The windows of four output pixels are laid side by side in scratch memory, tap by tap: a decoded weight is applied to
 * the four floats of its tap, and padding is zeros there, whatever stride, padding and dilation are. Windows of one
 * place that follow each other at one distance are read where they lie. */
#ifndef THIMBLE_SPARSE_CONV2D_F32_H
#define THIMBLE_SPARSE_CONV2D_F32_H

#include "thimble_windows.h"

typedef struct {
    const float *bias;            /* [out_channels] */
    float output_min, output_max; /* the fused activation as a clamp */
    thimble_window window;
    uint16_t out_height, out_channels;
} thimble_sparse_conv2d_f32;

/* The sums of four pixels. */
typedef struct {
    float a, b, c, d;
} thimble_sparse_sums_f32;

/* Four pixels, and where their outputs go. */
typedef struct {
    const float *x;              /* [taps][THIMBLE_PIXELS] where `step` is 1; else the taps of the first pixel */
    int32_t step;                /* floats from pixel to pixel */
    float *output;               /* the first channel of the first pixel */
    int32_t pixels;              /* so many of them are there */
} thimble_sparse_place_f32;

/* Computes all channels of four pixels: the format's own part. */
typedef void (*thimble_sparse_four_pixels_f32)(const void *params, const thimble_sparse_place_f32 *at);

/* Adds the products of one weight; x is at its tap, `step` floats are between pixels. */
static inline void thimble_sparse_add_f32(thimble_sparse_sums_f32 *sums, const float *x, int32_t step, float weight)
{
    sums->a += x[0] * weight;
    sums->b += x[step] * weight;
    sums->c += x[2 * step] * weight;
    sums->d += x[3 * step] * weight;
}

/* The outputs of one channel. */
void thimble_sparse_store_f32(const thimble_sparse_conv2d_f32 *p, const thimble_sparse_place_f32 *at, int32_t channel,
                              thimble_sparse_sums_f32 sums);

/* All of the output. scratch, aligned to 4: four floats a tap, and as many as the input has channels. */
void thimble_sparse_conv2d_run_f32(const thimble_sparse_conv2d_f32 *p, const void *params,
                                   thimble_sparse_four_pixels_f32 four_pixels, const float *input, float *output,
                                   float *scratch);

#endif
