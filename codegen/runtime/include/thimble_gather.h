/* Elements taken in steps: slices and transpositions; elements of any size are moved as bytes. */
#ifndef THIMBLE_GATHER_H
#define THIMBLE_GATHER_H

#include <stdint.h>

typedef struct {
    int32_t start;           /* bytes from the input's start to the first element taken */
    int32_t step[4];         /* bytes from one index of the output to the next, an axis; may be negative */
    uint16_t count[4];       /* the output's shape */
    uint8_t element_bytes;
} thimble_gather_params;

void thimble_gather(const thimble_gather_params *p, const void *input, void *output);

#endif
