/* The other bool of each, or all bits of integers the other way. */
#ifndef THIMBLE_NOT_H
#define THIMBLE_NOT_H

#include <stdint.h>

typedef struct {
    uint32_t bytes;
    uint8_t mask; /* of the bits that change: 1 for bools, 255 for integers */
} thimble_not_params;

void thimble_not(const thimble_not_params *p, const void *input, void *output);

#endif
