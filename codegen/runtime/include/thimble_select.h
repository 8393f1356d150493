/* One of two elements, as a bool says; the three inputs are broadcast. Elements of any size are moved as
 * bytes. */
#ifndef THIMBLE_SELECT_H
#define THIMBLE_SELECT_H

#include <stdint.h>

typedef struct {
    int32_t condition_step[4], a_step[4], b_step[4]; /* elements from one index to the next, an axis */
    uint32_t count[4];                               /* the output's shape */
    uint8_t element_bytes;
} thimble_select_params;

void thimble_select(
    const thimble_select_params *p, const uint8_t *condition, const void *a, const void *b, void *output);

#endif
