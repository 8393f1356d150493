/* Padding with a constant; elements of any size are moved as bytes. */
#ifndef THIMBLE_PAD_H
#define THIMBLE_PAD_H

#include <stdint.h>

typedef struct {
    uint32_t before[4], inside[4], after[4]; /* an axis; the last in bytes */
    uint8_t fill[4];                         /* what the padding holds, repeated */
} thimble_pad_params;

/* input: [inside 0] ... [inside 3]; output: each axis longer by what is before and after. */
void thimble_pad(const thimble_pad_params *p, const void *input, void *output);

#endif
