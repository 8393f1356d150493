/* Four pixels of an int8 convolution on sparse and clustered weights, channel by channel. */
#ifndef THIMBLE_SPARSE_CHANNELS_H
#define THIMBLE_SPARSE_CHANNELS_H

#include <stdint.h>

#include "thimble_dsp.h"
#include "thimble_sparse_scale.h"

enum { THIMBLE_SPARSE_PIXELS = 4 };

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

#if defined(__ARM_ARCH_6M__) || THIMBLE_HAS_DSP
#define THIMBLE_SPARSE_HAS_ROWS 1

/* The rows of a format, as its routine reads them. */
typedef struct {
    const void *values;          /* or indices */
    const void *places;          /* columns, offsets or gaps; or a table */
    const uint16_t *counts;      /* values of each row; or what tells the size of a row */
    const uint16_t *offsets;     /* or, as a number, bytes from pixel to pixel where they lie apart */
} thimble_sparse_rows;

/* All channels of four pixels. The routine `row` adds the next row's products to the sums, which are in r8 to r11;
 * r0 is x; it moves r1 (values) and r2 (places) on. On a Cortex-M4, r3 is `counts`, to be moved on, r12 `offsets`, to
 * be kept, r4 to r7 are free; on a Cortex-M0+, r12 is `counts`, r7 `offsets`, r3 to r7 are free. */
void thimble_sparse_channels(const thimble_sparse_place *at, const thimble_sparse_rows *rows, void (*row)(void));

/* In such a routine, what adds the products of a weight and four pixels: THIMBLE_SPARSE_FOUR_PRODUCTS where they are
 * neighbouring bytes without sign, THIMBLE_SPARSE_FOUR_APART where they lie apart and have a sign. */
#if THIMBLE_HAS_DSP
/* The weight in r5 times the four pixels in r4; r6 is overwritten. */
#define THIMBLE_SPARSE_FOUR_PRODUCTS                                                                                \
    "uxtb16 r6, r4\n uxtb16 r4, r4, ror #8\n"                                                                       \
    "smlabb r8, r6, r5, r8\n smlabb r9, r4, r5, r9\n smlatb r10, r6, r5, r10\n smlatb r11, r4, r5, r11\n"
/* The weight in r5 times the pixels from the register `tap` on, r12 bytes apart; r4, r6 and lr are overwritten. */
#define THIMBLE_SPARSE_FOUR_APART(tap)                                                                                 \
    "ldrsb r6, [" tap "]\n ldrsb lr, [" tap ", r12]\n smlabb r8, r6, r5, r8\n smlabb r9, lr, r5, r9\n"                 \
    "add r4, " tap ", r12, lsl #1\n"                                                                                   \
    "ldrsb r6, [r4]\n ldrsb lr, [r4, r12]\n smlabb r10, r6, r5, r10\n smlabb r11, lr, r5, r11\n"
#else
/* The weight in r4 times the four pixels at r3; r5 is overwritten. */
#define THIMBLE_SPARSE_FOUR_PRODUCTS                                                                                \
    "ldrb r5, [r3, #0]\n muls r5, r4, r5\n add r8, r5\n ldrb r5, [r3, #1]\n muls r5, r4, r5\n add r9, r5\n"          \
    "ldrb r5, [r3, #2]\n muls r5, r4, r5\n add r10, r5\n ldrb r5, [r3, #3]\n muls r5, r4, r5\n add r11, r5\n"
/* The weight in r4 times the pixels from r3 on, r7 bytes apart; r3 and r5 are overwritten. */
#define THIMBLE_SPARSE_FOUR_APART                                                                                      \
    "movs r5, #0\n ldrsb r5, [r3, r5]\n muls r5, r4, r5\n add r8, r5\n"                                                \
    "ldrsb r5, [r3, r7]\n muls r5, r4, r5\n add r9, r5\n"                                                              \
    "adds r3, r3, r7\n ldrsb r5, [r3, r7]\n muls r5, r4, r5\n add r10, r5\n"                                           \
    "adds r3, r3, r7\n ldrsb r5, [r3, r7]\n muls r5, r4, r5\n add r11, r5\n"
#endif

#else
#define THIMBLE_SPARSE_HAS_ROWS 0
#endif

#endif
