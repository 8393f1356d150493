/* Sum or difference of two inputs of one shape, int8, for CPUs without a long multiplication (Cortex-M0+). */
#ifndef THIMBLE_ADD_S8_M0_H
#define THIMBLE_ADD_S8_M0_H

#include <stdint.h>

/* The output before its clamp is (a * a_factor + b * b_factor + offset) >> shift. Thimble has found factors and an
 * offset that give the bytes of the TFLite reference kernel for every pair of inputs. */
typedef struct {
    uint32_t elements;             /* at least 1 */
    int32_t a_factor, b_factor;    /* scale of the input / scale of the output, times 2^shift */
    int32_t offset;                /* the zero points and half a unit, times 2^shift; no sum leaves 32 bits */
    uint8_t shift;                 /* 1 to 30 */
    int8_t output_min, output_max; /* the fused activation as a clamp */
} thimble_add_s8_m0_params;

void thimble_add_s8_m0(const thimble_add_s8_m0_params *p, const int8_t *a, const int8_t *b, int8_t *output);

#endif
