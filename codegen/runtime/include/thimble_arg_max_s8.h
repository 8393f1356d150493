/* The place of the largest or the smallest along an axis, int8. Input: [outer][count][inner]; output:
 * [outer][inner] of int32, or of int64 when it is wide. */
#ifndef THIMBLE_ARG_MAX_S8_H
#define THIMBLE_ARG_MAX_S8_H

#include <stdint.h>

typedef struct {
    uint32_t outer, count, inner; /* elements before the axis, along it, and after it */
    uint8_t smallest;             /* 1: of the smallest */
    uint8_t last;                 /* 1: of equals the last, otherwise the first */
    uint8_t wide;                 /* 1: the output is int64 */
} thimble_arg_max_s8_params;

void thimble_arg_max_s8(const thimble_arg_max_s8_params *p, const int8_t *input, void *output);

#endif
