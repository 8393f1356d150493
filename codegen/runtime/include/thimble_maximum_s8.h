/* The larger of two inputs, int8, shapes broadcast. */
#ifndef THIMBLE_MAXIMUM_S8_H
#define THIMBLE_MAXIMUM_S8_H

#include <stdint.h>

#include "thimble_broadcast.h"

typedef struct {
    thimble_broadcast shape;
} thimble_maximum_s8_params;

void thimble_maximum_s8(const thimble_maximum_s8_params *p, const int8_t *a, const int8_t *b, int8_t *output);

#endif
