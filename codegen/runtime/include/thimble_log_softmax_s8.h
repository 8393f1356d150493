/* Logarithm of the softmax over the last axis, int8, output scale 1/16 and zero point 127 as TFLite
 * fixes it. */
#ifndef THIMBLE_LOG_SOFTMAX_S8_H
#define THIMBLE_LOG_SOFTMAX_S8_H

#include <stdint.h>

typedef struct {
    const int32_t *exponentials; /* [entries]: exp(-d * scale) * 2^31 for d = 0, 1, ... */
    int32_t multiplier;          /* of scale * 2^26 */
    int8_t shift;
    uint16_t entries;            /* differences from the largest at and beyond this give the least output */
    uint16_t rows, columns;
} thimble_log_softmax_s8_params;

/* input and output: [rows][columns]. */
void thimble_log_softmax_s8(const thimble_log_softmax_s8_params *p, const int8_t *input, int8_t *output);

#endif
