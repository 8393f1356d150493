/* Dense (fully connected) layer, int8, weights stored dense, eight rows at a time (Cortex-M0+). */
#ifndef THIMBLE_DENSE_S8_M0_H
#define THIMBLE_DENSE_S8_M0_H

#include <stdint.h>

typedef struct {
    const int8_t *weights;       /* [outputs / 8][inputs][8], each plus 128 and so without a sign; then the rows
                                  * that are left, [outputs % 8][inputs], as they are */
    const int32_t *bias;         /* [outputs], with -input_zero * (sum of weights) folded in */
    const int32_t *scaling;      /* [outputs or 1][3]: scales of thimble_split_requantize.h; or where `split` is 0,
                                  * multiplier and shift of thimble_requantize_once, and 0 */
    uint16_t inputs, outputs;
    uint8_t per_channel;         /* 1: a scaling an output; 0: one for all */
    uint8_t split;
    int8_t output_zero;          /* zero point of the output; these three only where `split` is 0 */
    int8_t output_min, output_max; /* clamp of the output */
} thimble_dense_s8_m0_params;

void thimble_dense_s8_m0(const thimble_dense_s8_m0_params *p, const int8_t *input, int8_t *output);

#endif
