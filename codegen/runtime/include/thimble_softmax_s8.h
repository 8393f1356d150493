/* Softmax over the last axis, int8, output scale 1/256 and zero point -128 as TFLite fixes it. */
#ifndef THIMBLE_SOFTMAX_S8_H
#define THIMBLE_SOFTMAX_S8_H

#include <stdint.h>

typedef struct {
    const int32_t *exponentials; /* [entries]: exp(-d * scale * beta) * 2^31 for d = 0, 1, ... */
    uint16_t entries;            /* differences from the largest at and beyond this give 0 */
    uint16_t rows, columns;
} thimble_softmax_s8_params;

/* input and output: [rows][columns]. */
void thimble_softmax_s8(const thimble_softmax_s8_params *p, const int8_t *input, int8_t *output);

#endif
