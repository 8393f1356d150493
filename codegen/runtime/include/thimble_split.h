/* One input cut along an axis; elements of any size are moved as bytes. */
#ifndef THIMBLE_SPLIT_H
#define THIMBLE_SPLIT_H

#include <stdint.h>

typedef struct {
    const uint32_t *widths; /* [outputs]: bytes of each output in one row */
    uint32_t rows;          /* elements before the axis */
    uint8_t outputs;
} thimble_split_params;

/* input: [rows][sum of the widths]; outputs[i]: [rows][widths[i]]. */
void thimble_split(const thimble_split_params *p, const void *input, void *const outputs[]);

#endif
