/* Arithmetic of two inputs of integers, shapes broadcast; what is too large for the type loses its
 * highest bits, and dividing by 0 gives 0. */
#ifndef THIMBLE_ARITHMETIC_INTEGER_H
#define THIMBLE_ARITHMETIC_INTEGER_H

#include <stdint.h>

#include "thimble_broadcast.h"
#include "thimble_integer.h"

enum {
    THIMBLE_INTEGER_ADD,
    THIMBLE_INTEGER_SUB,
    THIMBLE_INTEGER_MUL,
    THIMBLE_INTEGER_MINIMUM,
    THIMBLE_INTEGER_MAXIMUM,
    THIMBLE_INTEGER_DIV,      /* towards 0, as in C */
    THIMBLE_INTEGER_MOD,      /* with the sign of the second */
    THIMBLE_INTEGER_REMAINDER /* with the sign of the first, as in C */
};

typedef struct {
    thimble_broadcast shape;
    uint8_t type; /* of the elements, see thimble_integer.h */
    uint8_t operation;
} thimble_arithmetic_integer_params;

void thimble_arithmetic_integer(const thimble_arithmetic_integer_params *p, const void *a, const void *b, void *output);

#endif
