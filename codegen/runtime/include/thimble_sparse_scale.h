/* From a sum to an int8 output, for the kernels on sparse and clustered weights: exactly what thimble_requantize.h
 * gives, followed by the clamp. */
#ifndef THIMBLE_SPARSE_SCALE_H
#define THIMBLE_SPARSE_SCALE_H

#include <stdint.h>

#include "thimble_rounding.h"

typedef struct {
    /* [outputs][3]:
     * [0] the bias, with -(zero point of the input) * (sum of weights) folded in;
     * [1] the multiplier, in [2^30, 2^31);
     * [2] where `split`, the highest total that the output tells apart / 2^(r - 1) in the upper 12 bits, the lowest in
     *     the next 12, and r - 1, where r is the right shift, 1 to 12; else the shift of TFLite, to the left. */
    const int32_t *scaling;
    int8_t output_zero;          /* the output's zero point */
    int8_t output_min, output_max; /* the fused activation as a clamp */
    uint8_t split;               /* whether all shifts are to the right, by 1 to 12 */
    uint8_t rounding;            /* a thimble_rounding */
} thimble_sparse_output;

/* An output from the sum of its products. scaling: its three numbers. The magnitude of the total, sum and bias, is
 * below 2^30. */
int8_t thimble_sparse_scale(const thimble_sparse_output *o, int32_t sum, const int32_t *scaling);

/* Clamps n outputs that are clamped to int8 alone. */
void thimble_sparse_clamp(const thimble_sparse_output *o, int8_t *outputs, int32_t n);

#endif
