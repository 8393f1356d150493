/* What the int8 convolutions on sparse and clustered weights share, whatever the storage.
 *
 * The input lines that one line of outputs needs are spread out in scratch memory channel by channel, padding
 * included: lines[kernel_height][in_channels][stride_width][line], where column x of the padded image is number
 * x / stride_width of part x % stride_width. The same tap of neighbouring output pixels then lies in
 * neighbouring bytes, so a weight is decoded once and applied to four pixels, and a tap is one number, its
 * offset, wherever the pixel is: borders, strides and dilation cost nothing in the inner loop.
 * The bytes are the input plus 128, so they have no sign; biases make up for it. */
#ifndef THIMBLE_SPARSE_CONV2D_H
#define THIMBLE_SPARSE_CONV2D_H

#include <stdint.h>

#include "thimble_sparse_channels.h"

typedef struct {
    thimble_sparse_output output; /* a scaling an output channel; the zero point of the unsigned input counts */
    uint16_t in_height, in_width, in_channels;
    uint16_t out_height, out_width, out_channels;
    uint16_t line;               /* bytes of a line of one channel (of one part); a multiple of 4 */
    uint8_t kernel_height;
    uint8_t kept_lines;          /* how many of its lines the next line of outputs needs again */
    uint8_t stride_height, stride_width;
    uint8_t dilation_height;
    uint8_t pad_top, pad_left;
    int8_t input_zero;           /* the input's zero point: what padding holds */
} thimble_sparse_conv2d;

/* A sum for each of four neighbouring pixels of the output. */
typedef struct {
    int32_t a, b, c, d;
} thimble_sparse_sums;

/* Computes all channels of four pixels; params are those of the kernel. */
typedef void (*thimble_sparse_four_pixels)(const void *params, const thimble_sparse_place *at);

/* scratch: kernel_height * in_channels * stride_width * line bytes, aligned to 4. */
void thimble_sparse_conv2d_run(const thimble_sparse_conv2d *p, const void *params,
                               thimble_sparse_four_pixels four_pixels, const int8_t *input, int8_t *output,
                               void *scratch);

/* A weight times the four pixels at x, added to their sums. */
static inline void thimble_sparse_add(thimble_sparse_sums *s, const uint8_t *x, int32_t weight)
{
#if THIMBLE_HAS_DSP
    uint32_t four, even, odd;
    __builtin_memcpy(&four, x, sizeof four);
    __asm__("uxtb16 %0, %1" : "=r"(even) : "r"(four));
    __asm__("uxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(four));
    __asm__("smlabb %0, %1, %2, %0" : "+r"(s->a) : "r"(even), "r"(weight));
    __asm__("smlabb %0, %1, %2, %0" : "+r"(s->b) : "r"(odd), "r"(weight));
    __asm__("smlatb %0, %1, %2, %0" : "+r"(s->c) : "r"(even), "r"(weight));
    __asm__("smlatb %0, %1, %2, %0" : "+r"(s->d) : "r"(odd), "r"(weight));
#else
    s->a += weight * x[0];
    s->b += weight * x[1];
    s->c += weight * x[2];
    s->d += weight * x[3];
#endif
}

/* Makes outputs of a channel's sums, the first one at y; scaling: the channel's three numbers. */
void thimble_sparse_store(const thimble_sparse_place *at, const int32_t *scaling, thimble_sparse_sums sums, int8_t *y);

#endif
