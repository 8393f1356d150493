/* Dense (fully connected) layer, int8, four rows at a time, for small weights (Cortex-M0+). */
#ifndef THIMBLE_DENSE_LIGHT_S8_M0_H
#define THIMBLE_DENSE_LIGHT_S8_M0_H

#include <stdint.h>

typedef struct {
    const uint8_t *weights;      /* [outputs / 4][inputs][4], each plus 128: of 2^shift inputs in a row, the weights
                                  * of one output have a magnitude of at most 255 together */
    const uint8_t *shifts;       /* [outputs / 4]: 3 to 7 */
    const uint16_t *fixes;       /* [][3]: output, input and what its stored weight is short of, modulo 2^16; by
                                  * outputs; ends with the output 65535 */
    const int32_t *bias;         /* [outputs], with -input_zero * (sum of weights) folded in */
    const int32_t *scaling;      /* [outputs or 1][3]: scales of thimble_split_requantize.h */
    uint16_t inputs, outputs;    /* multiples of 8 and 4 */
    uint16_t block;              /* inputs taken at a time: a multiple of 128, or all */
    uint8_t per_channel;         /* 1: a scaling an output; 0: one for all */
} thimble_dense_light_s8_m0_params;

/* scratch, aligned to 4: 5 * block bytes, and 4 * outputs more where a block is not all. */
void thimble_dense_light_s8_m0(const thimble_dense_light_s8_m0_params *p, const int8_t *input, int8_t *output,
                               void *scratch);

#endif
