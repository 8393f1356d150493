/* The bits of two inputs of integers or bools joined, shapes broadcast. */
#ifndef THIMBLE_BITWISE_H
#define THIMBLE_BITWISE_H

#include <stdint.h>

#include "thimble_broadcast.h"
#include "thimble_integer.h"

enum {
    THIMBLE_BIT_AND,
    THIMBLE_BIT_OR,
    THIMBLE_BIT_XOR,
    THIMBLE_SHIFT_LEFT, /* unsigned types alone; 0 when by more bits than there are */
    THIMBLE_SHIFT_RIGHT
};

typedef struct {
    thimble_broadcast shape;
    uint8_t type; /* of the elements, see thimble_integer.h */
    uint8_t operation;
} thimble_bitwise_params;

void thimble_bitwise(const thimble_bitwise_params *p, const void *a, const void *b, void *output);

#endif
