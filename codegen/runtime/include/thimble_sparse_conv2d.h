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

#include "thimble_dsp.h"
#include "thimble_sparse_scale.h"

enum { THIMBLE_SPARSE_PIXELS = 4 };

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

/* Four neighbouring pixels of the output, of which the last ones may lie behind the line. Assembly knows the order
 * of the members. */
typedef struct {
    const int32_t *scaling;      /* of the first channel */
    int8_t *output, *end;        /* channels of the first pixel */
    int32_t step;                /* output bytes from pixel to pixel */
    int32_t half;                /* 2 * output_zero + 1: half a unit and the zero point, in halves */
    int32_t twice;               /* 2048 where the reference rounds twice, else 0 */
    const uint8_t *x;            /* the input: a tap of the first pixel is at x[offset], the next ones follow */
    const thimble_sparse_output *settings;
    int32_t pixels;              /* that lie in the line, 1 to 4 */
    int32_t fast;                /* there are four, and scales are split: thimble_sparse_channels may be used */
} thimble_sparse_place;

/* Computes all channels of four pixels; params are those of the kernel. */
typedef void (*thimble_sparse_four_pixels)(const void *params, const thimble_sparse_place *at);

/* scratch: kernel_height * in_channels * stride_width * line bytes, aligned to 4. */
void thimble_sparse_conv2d_run(const thimble_sparse_conv2d *p, const void *params,
                               thimble_sparse_four_pixels four_pixels, const int8_t *input, int8_t *output,
                               void *scratch);

#if defined(__ARM_ARCH_6M__) || THIMBLE_HAS_DSP
#define THIMBLE_SPARSE_HAS_ROWS 1

/* The rows of a format, as its routine reads them. */
typedef struct {
    const int8_t *values;
    const void *places;          /* columns, offsets or gaps */
    const uint16_t *counts;      /* values of each row */
    const uint16_t *offsets;
} thimble_sparse_rows;

/* All channels of four pixels. The routine `row` adds the next row's products to the sums, which are in r8 to r11;
 * r0 is x; it moves r1 (values) and r2 (places) on. On a Cortex-M4, r3 is `counts`, to be moved on, r12 `offsets`, to
 * be kept, r4 to r7 are free; on a Cortex-M0+, r12 is `counts`, r7 `offsets`, r3 to r7 are free. */
void thimble_sparse_channels(const thimble_sparse_place *at, const thimble_sparse_rows *rows, void (*row)(void));

#if THIMBLE_HAS_DSP
/* In such a routine: the weight in r5 times the four pixels in r4; r6 is overwritten. */
#define THIMBLE_SPARSE_FOUR_PRODUCTS                                                                                \
    "uxtb16 r6, r4\n uxtb16 r4, r4, ror #8\n"                                                                       \
    "smlabb r8, r6, r5, r8\n smlabb r9, r4, r5, r9\n smlatb r10, r6, r5, r10\n smlatb r11, r4, r5, r11\n"
#else
/* In such a routine: the weight in r4 times the four pixels at r3; r5 is overwritten. */
#define THIMBLE_SPARSE_FOUR_PRODUCTS                                                                                \
    "ldrb r5, [r3, #0]\n muls r5, r4, r5\n add r8, r5\n ldrb r5, [r3, #1]\n muls r5, r4, r5\n add r9, r5\n"          \
    "ldrb r5, [r3, #2]\n muls r5, r4, r5\n add r10, r5\n ldrb r5, [r3, #3]\n muls r5, r4, r5\n add r11, r5\n"
#endif

#else
#define THIMBLE_SPARSE_HAS_ROWS 0
#endif

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
