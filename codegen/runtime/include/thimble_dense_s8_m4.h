/* Dense (fully connected) layer, int8, weights stored dense, four rows at a time (Cortex-M4). */
#ifndef THIMBLE_DENSE_S8_M4_H
#define THIMBLE_DENSE_S8_M4_H

#include <stdint.h>

/* Rows come in groups of four, the last group in one of two where only one or two are left. For each group and
 * each four inputs k to k + 3 there are two words for its first two rows and, of four, two for the others:
 * inputs k and k + 2, inputs k + 1 and k + 3; lowest byte first: first row + 128, second row, and both again. What
 * is missing to whole groups and to four inputs is 0. */
typedef struct {
    const uint32_t *weights;
    const int32_t *bias;         /* [outputs], with -input_zero * (sum of weights) folded in */
    const int32_t *multiplier;   /* [outputs] or [1] */
    const int8_t *shift;         /* [outputs] or [1]; -24 to -2 */
    uint16_t inputs, outputs;
    uint8_t per_channel;         /* 1: a multiplier an output; 0: one for all */
    int8_t output_zero;          /* the output's zero point */
    int8_t output_min, output_max; /* the fused activation as a clamp */
} thimble_dense_s8_m4_params;

/* input: [inputs], aligned to 4; output: [outputs]. */
void thimble_dense_s8_m4(const thimble_dense_s8_m4_params *p, const int8_t *input, int8_t *output);

#endif
