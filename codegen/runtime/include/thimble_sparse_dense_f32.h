/* What the float dense layers on sparse and clustered weights share, whatever the storage. */
#ifndef THIMBLE_SPARSE_DENSE_F32_H
#define THIMBLE_SPARSE_DENSE_F32_H

#include <stdint.h>

#include "thimble_math.h"

typedef struct {
    const float *bias;            /* [outputs] */
    float output_min, output_max; /* the fused activation as a clamp */
    uint16_t outputs;
} thimble_sparse_dense_f32;

/* The output of a row, from the sum of its products. */
static inline float thimble_sparse_output_f32(const thimble_sparse_dense_f32 *p, int32_t row, float sum)
{
    return thimble_clamp_f32(sum + p->bias[row], p->output_min, p->output_max);
}

#endif
