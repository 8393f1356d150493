/* Several inputs one after another along an axis; elements of any size are moved as bytes. */
#ifndef THIMBLE_CONCAT_H
#define THIMBLE_CONCAT_H

#include <stdint.h>

typedef struct {
    const uint32_t *widths; /* [inputs]: bytes of each input in one row */
    uint32_t rows;          /* elements before the axis */
    uint8_t inputs;
} thimble_concat_params;

/* inputs[i]: [rows][widths[i]]; output: [rows][sum of the widths]. */
void thimble_concat(const thimble_concat_params *p, const void *const inputs[], void *output);

#endif
