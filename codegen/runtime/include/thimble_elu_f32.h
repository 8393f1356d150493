/* ELU of each element, float. */
#ifndef THIMBLE_ELU_F32_H
#define THIMBLE_ELU_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
    float alpha; /* the limit far below 0, with its sign changed */
} thimble_elu_f32_params;

void thimble_elu_f32(const thimble_elu_f32_params *p, const float *input, float *output);

#endif
