/* Elements turned into another type: bools are 0 and 1, floats lose what is behind the point and become the
 * nearest number that the type has, integers keep their lowest bits. */
#ifndef THIMBLE_CAST_H
#define THIMBLE_CAST_H

#include <stdint.h>

#include "thimble_integer.h"

typedef struct {
    uint32_t elements;
    uint8_t from, to; /* types, see thimble_integer.h */
} thimble_cast_params;

void thimble_cast(const thimble_cast_params *p, const void *input, void *output);

#endif
