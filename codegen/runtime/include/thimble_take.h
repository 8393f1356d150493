/* Elements along an axis, taken by a table and moved as bytes; a place below 0 gives zeros. Input:
 * [outer][count][inner]; output: [outer][taken][inner]. */
#ifndef THIMBLE_TAKE_H
#define THIMBLE_TAKE_H

#include <stdint.h>

typedef struct {
    const int32_t *places;
    uint32_t outer, count, taken;
    uint32_t inner_bytes;
} thimble_take_params;

void thimble_take(const thimble_take_params *p, const void *input, void *output);

#endif
