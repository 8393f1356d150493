/* An int8 function of one element, as a table. */
#ifndef THIMBLE_LOOKUP_S8_H
#define THIMBLE_LOOKUP_S8_H

#include <stdint.h>

typedef struct {
    const int8_t *table; /* [256]: the results for -128, -127, ... 127 */
    uint32_t elements;
} thimble_lookup_s8_params;

void thimble_lookup_s8(const thimble_lookup_s8_params *p, const int8_t *input, int8_t *output);

#endif
