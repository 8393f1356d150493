/* What the float kernels on clustered weights share, whatever the operator. */
#ifndef THIMBLE_SPARSE_CODEBOOK_F32_H
#define THIMBLE_SPARSE_CODEBOOK_F32_H

#include <stdint.h>

/* The index of the first zero in a table, or `entries`: indices are compared faster than floats. Values that no weight
 * has are zeros at the end. */
static inline uint32_t thimble_sparse_zero_index(const float *table, uint32_t entries)
{
    uint32_t index = 0;
    while (index < entries && table[index] != 0.0f) {
        index++;
    }
    return index;
}

#endif
