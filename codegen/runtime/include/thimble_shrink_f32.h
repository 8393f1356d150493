/* Shrinking of each element, float. */
#ifndef THIMBLE_SHRINK_F32_H
#define THIMBLE_SHRINK_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
    float lambd; /* what lies between -lambd and lambd becomes 0 */
    float bias; /* what the others come nearer to 0 */
} thimble_shrink_f32_params;

void thimble_shrink_f32(const thimble_shrink_f32_params *p, const float *input, float *output);

#endif
