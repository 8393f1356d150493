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

/* All outputs of a layer whose scales are split, for a function in assembly, which knows the order of the members. */
typedef struct {
    const int8_t *input;
    const void *values;          /* of the first row; or its indices */
    const void *places;          /* its columns or steps; or its table */
    const int32_t *scaling;      /* of the first output */
    int8_t *output_end;
    int32_t index;               /* of the first output, counted from the end: below 0 */
    const uint16_t *counts_end;  /* behind the number of values of the last row; or what tells the size of a row */
    int32_t rounding;            /* half a unit and the zero point: 2 * output_zero + 1, in halves */
} thimble_sparse_outputs;

/* Calls such a function, which on a Cortex-M4 clamps to int8 alone, and clamps further where the layer wants it. */
static inline void thimble_sparse_dense_run(const thimble_sparse_dense *p, const void *values, const void *places,
                                            const uint16_t *counts_end,
                                            void (*all_outputs)(const thimble_sparse_outputs *all),
                                            const int8_t *input, int8_t *output)
{
    const int32_t outputs = p->outputs;
    const thimble_sparse_outputs all = {
        input, values, places, p->output.scaling, output + outputs, -outputs, counts_end,
        2 * p->output.output_zero + 1};
    all_outputs(&all);
#if THIMBLE_HAS_DSP
    if (p->output.output_max - p->output.output_min < INT8_MAX - INT8_MIN) {
        thimble_sparse_clamp(&p->output, output, outputs);
    }
#endif
}

/* THIMBLE_SPARSE_OUTPUTS is the body of the naked function. */
#if THIMBLE_HAS_DSP

/* `row` adds the products of the next row to the sum in r8. It finds input in r0, values in r1 and places in r2, which
 * it moves on, and the count of the row at [r12, r11, lsl #1]; r3 to r7 and lr are free. On the stack: 0 input, 4
 * rounding. `behind` follows the function. Of a register that says how far to shift only the lowest byte counts. */
#define THIMBLE_SPARSE_OUTPUTS(row, behind)                                                                            \
    ".syntax unified\n"                                                                                                \
    "push {r4-r11, lr}\n"                                                                                              \
    "ldm r0, {r0, r1, r2, r9, r10, r11, r12, lr}\n push {r0, lr}\n"                                                    \
    "1: ldr r8, [r9], #12\n" row                                                                                       \
    "ldr r4, [r9, #-8]\n ldr r5, [r9, #-4]\n ldr r6, [sp, #4]\n"                                                       \
    "lsl r8, r8, #1\n lsls r6, r5\n smmla r8, r8, r4, r6\n asr r8, r8, r5\n ssat r8, #8, r8, asr #1\n"                 \
    "strb r8, [r10, r11]\n adds r11, #1\n bne 1b\n"                                                                    \
    "add sp, #8\n pop {r4-r11, pc}\n" behind

/* The end of such a `row`, and what is behind the function: r5 times `four`, which adds the products of four weights in
 * always the same bytes. A run of eight is jumped into; what is more than that, a loop behind the function does before.
 * The count of the row says how much that is, where r5 says only that it is more. */
#define THIMBLE_SPARSE_FOURS(four)                                                                                     \
    "usat r5, #4, r5\n"                                                                                                \
    "2: tbh [pc, r5, lsl #1]\n"                                                                                        \
    "3: .hword (5f - 3b) / 2\n .set thimble_times, 1\n"                                                                \
    ".rept 8\n .hword (5f - 3b - thimble_times * (5f - 4f) / 8) / 2\n .set thimble_times, thimble_times + 1\n .endr\n" \
    ".rept 7\n .hword (6f - 3b) / 2\n .endr\n"                                                                         \
    "4: .rept 8\n" four ".endr\n"                                                                                      \
    "5:\n"
#define THIMBLE_SPARSE_MORE_FOURS(four)                                                                                \
    "6: ldrh r5, [r12, r11, lsl #1]\n lsrs r5, r5, #2\n"                                                               \
    "7: push {r5}\n" four four "pop {r5}\n subs r5, #2\n cmp r5, #8\n bhi 7b\n b 2b\n"

#else

/* `row` adds the products of the next row to the sum in r4. r0 is the input, r1 values and r2 places, both to be moved
 * on; r3, r5, r6 and lr are free, r7 is to be kept. THIMBLE_SPARSE_COUNT takes the count of the row to r3.
 * When the output is made, r3 is the multiplier and r5 has limits and shift; why it is exact is told in Thimble's
 * codegen/kernels/split_requantization.py. */
#define THIMBLE_SPARSE_COUNT "mov r5, r8\n lsls r5, r5, #1\n add r5, r9\n ldrh r3, [r5]\n"
#define THIMBLE_SPARSE_OUTPUTS(row)                                                                                    \
    ".syntax unified\n"                                                                                                \
    "push {r4-r7, lr}\n mov r3, r8\n mov r4, r9\n mov r5, r10\n mov r6, r11\n push {r3-r6}\n"                          \
    "ldm r0!, {r1-r7}\n mov r12, r1\n mov r8, r6\n mov r9, r7\n mov r10, r5\n mov r7, r4\n"                            \
    "ldr r5, [r0]\n lsls r5, r5, #11\n mov r11, r5\n mov r1, r2\n mov r2, r3\n"                                        \
    "1: mov r0, r12\n ldm r7!, {r4}\n" row                                                                             \
    "ldm r7!, {r3, r5}\n"                                                                                              \
    "asrs r6, r5, #20\n lsls r6, r5\n cmp r4, r6\n ble 2f\n mov r4, r6\n"                                              \
    "2: lsls r6, r5, #12\n asrs r6, r6, #20\n lsls r6, r5\n cmp r4, r6\n bge 3f\n mov r4, r6\n"                        \
    "3: lsls r6, r3, #22\n lsrs r6, r6, #22\n muls r6, r4, r6\n asrs r6, r6, #10\n"                                    \
    "lsls r0, r3, #12\n lsrs r0, r0, #22\n muls r0, r4, r0\n adds r6, r6, r0\n asrs r6, r6, #10\n"                     \
    "lsrs r3, r3, #20\n muls r4, r3, r4\n adds r4, r4, r6\n"                                                           \
    "mov r0, r11\n lsls r0, r5\n adds r4, r4, r0\n asrs r4, r5\n asrs r4, r4, #12\n"                                   \
    "mov r5, r8\n mov r6, r10\n strb r4, [r6, r5]\n adds r5, #1\n mov r8, r5\n bne 1b\n"                               \
    "pop {r3-r6}\n mov r8, r3\n mov r9, r4\n mov r10, r5\n mov r11, r6\n pop {r4-r7, pc}\n"

#endif

#else
#define THIMBLE_SPARSE_HAS_ROWS 0
#endif

#endif
