/* Bytes as they are. */
#ifndef THIMBLE_COPY_H
#define THIMBLE_COPY_H

#include <stdint.h>

typedef struct {
    uint32_t bytes;
} thimble_copy_params;

void thimble_copy(const thimble_copy_params *p, const void *input, void *output);

#endif
