/* Two inputs of integers compared, shapes broadcast; the output is 0 or 1. */
#ifndef THIMBLE_COMPARE_INTEGER_H
#define THIMBLE_COMPARE_INTEGER_H

#include <stdint.h>

#include "thimble_broadcast.h"
#include "thimble_integer.h"

typedef struct {
    thimble_broadcast shape;
    uint8_t type; /* of the elements, see thimble_integer.h */
    uint8_t holds; /* sum of: 1 when less, 2 when equal, 4 when greater */
} thimble_compare_integer_params;

void thimble_compare_integer(const thimble_compare_integer_params *p, const void *a, const void *b, uint8_t *output);

#endif
