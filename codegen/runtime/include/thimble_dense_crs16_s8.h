/* Dense (fully connected) layer, int8, weights in compressed row storage with 16-bit columns. */
#ifndef THIMBLE_DENSE_CRS16_S8_H
#define THIMBLE_DENSE_CRS16_S8_H

#include <stdint.h>

typedef struct {
    const int8_t *values;        /* the weights that are not zero, row by row */
    const uint16_t *columns;     /* the input that each value belongs to */
    const uint32_t *row_pointers; /* [outputs + 1]: where each row starts in values and columns */
    const int32_t *bias;         /* [outputs], with -input_zero * (sum of weights) folded in */
    const int32_t *multiplier;   /* [outputs] or [1] */
    const int8_t *shift;         /* [outputs] or [1] */
    uint16_t outputs;
    uint8_t per_channel;         /* 1: a multiplier an output; 0: one for all */
    int8_t output_zero;          /* the output's zero point */
    int8_t output_min, output_max; /* the fused activation as a clamp */
} thimble_dense_crs16_s8_params;

void thimble_dense_crs16_s8(const thimble_dense_crs16_s8_params *p, const int8_t *input, int8_t *output);

#endif
