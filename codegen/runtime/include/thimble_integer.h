/* Elements of any integer type, for kernels that are not about speed. */
#ifndef THIMBLE_INTEGER_H
#define THIMBLE_INTEGER_H

#include <stdint.h>

/* Types of elements. */
enum {
    THIMBLE_INT8,
    THIMBLE_UINT8, /* bools too */
    THIMBLE_INT16,
    THIMBLE_UINT16,
    THIMBLE_INT32,
    THIMBLE_UINT32,
    THIMBLE_INT64,
    THIMBLE_FLOAT32, /* for conversions alone */
    THIMBLE_BOOL     /* likewise: all that is not 0 becomes 1 */
};

int64_t thimble_integer_load(const void *elements, int32_t index, uint8_t type);

/* Keeps the lowest bits of the value, as many as the type has. */
void thimble_integer_store(void *elements, int32_t index, uint8_t type, int64_t value);

#endif
