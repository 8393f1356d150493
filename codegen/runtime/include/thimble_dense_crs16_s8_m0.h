/* Dense (fully connected) layer, int8, weights in compressed row storage with 16-bit columns (Cortex-M0+). */
#ifndef THIMBLE_DENSE_CRS16_S8_M0_H
#define THIMBLE_DENSE_CRS16_S8_M0_H

#include <stdint.h>

typedef struct {
    const int8_t *values;        /* the weights that are not zero, row by row */
    const uint16_t *columns;     /* the input that each value belongs to */
    const uint32_t *row_pointers; /* [outputs + 1]: where each row starts in values and columns */
    const int32_t *bias;         /* [outputs], with -input_zero * (sum of weights) folded in */
    const int32_t *scaling;      /* [outputs or 1][3]: scales of thimble_split_requantize.h */
    uint16_t outputs;
    uint8_t per_channel;         /* 1: a scaling an output; 0: one for all */
} thimble_dense_crs16_s8_m0_params;

void thimble_dense_crs16_s8_m0(const thimble_dense_crs16_s8_m0_params *p, const int8_t *input, int8_t *output);

#endif
