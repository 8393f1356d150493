/* uint8 to int8 that counts 128 lower, or back. */
#ifndef THIMBLE_FLIP_SIGN_H
#define THIMBLE_FLIP_SIGN_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_flip_sign_params;

/* `input` and `output` may be the same memory. */
void thimble_flip_sign(const thimble_flip_sign_params *p, const void *input, void *output);

#endif
