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

/* What all outputs share. Assembly knows the order of the members. */
typedef struct {
    const int32_t *scaling;      /* of the next output */
    int8_t *output, *end;
    int32_t rounding;            /* 2 * output_zero + 1: half a unit and the zero point, in halves */
    int32_t low, high;           /* the clamp */
    const int8_t *input;
    int32_t clamps;              /* whether low and high are not those of int8 */
} thimble_sparse_outputs_state;

static inline thimble_sparse_outputs_state thimble_sparse_outputs_begin(const thimble_sparse_dense *p,
                                                                        const int8_t *input, int8_t *output)
{
    const thimble_sparse_output *o = &p->output;
    const thimble_sparse_outputs_state s = {
        o->scaling, output, output + p->outputs, 2 * o->output_zero + 1, o->output_min, o->output_max, input,
        o->output_min > -128 || o->output_max < 127};
    return s;
}

#if THIMBLE_HAS_DSP
/* Cortex-M4: makes an output in r8 of the total in r8. r9 is behind its scaling; on the stack: 0 rounding, 4 low, 8
 * high, 16 clamps; r4 to r7 are overwritten, r7 says whether THIMBLE_SPARSE_CLAMP is to follow. */
#define THIMBLE_SPARSE_SCALE_TOTAL                                                                                     \
    "ldr r4, [r9, #-8]\n ldr r5, [r9, #-4]\n ldr r6, [sp, #0]\n ldr r7, [sp, #16]\n"                                   \
    "uxtb r5, r5\n lsls r6, r5\n lsl r8, r8, #1\n smmul r8, r8, r4\n"                                                 \
    "add r8, r8, r6, asr #1\n asr r8, r8, r5\n ssat r8, #8, r8\n"
#define THIMBLE_SPARSE_CLAMP                                                                                           \
    "ldrd r4, r5, [sp, #4]\n cmp r8, r4\n it lt\n movlt r8, r4\n cmp r8, r5\n it gt\n movgt r8, r5\n"
#endif

/* All outputs, where scales are split. The routine `row` adds the next row's products to the sum; r0 is the input;
 * it moves r1 (values) and r2 (places) on. On a Cortex-M4, the sum is in r8, r3 is `counts`, to be moved on, r4 to r7
 * and r12 are free; on a Cortex-M0+, the sum is in r4, r12 is `counts`, r0, r3 and r5 to r7 are free. */
void thimble_sparse_outputs(const thimble_sparse_dense *p, const thimble_sparse_row_sums *rows, void (*row)(void),
                            const int8_t *input, int8_t *output);

#else
#define THIMBLE_SPARSE_HAS_ROWS 0
#endif

#endif
