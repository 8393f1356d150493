/* Depthwise 2-D convolution, float, NHWC, batch 1, one output channel an input channel, for CPUs with an FPU of single
 * precision (Cortex-M4F). */
#ifndef THIMBLE_DEPTHWISE_CONV2D_F32_M4_H
#define THIMBLE_DEPTHWISE_CONV2D_F32_M4_H

#include "thimble_windows.h"

/* Channels lie side by side in fours; where they are no multiple of four, the last four are the image's last four
 * channels, some of them for the second time. A window has `taps` = window.height * window.width places. */
typedef struct {
    const float *weights;        /* [(in_channels + 3) / 4][1 + taps][4]: the biases, then each tap's weights */
    float output_min, output_max; /* the fused activation as a clamp; output_min is 0, or the lowest of floats */
    thimble_window window;       /* of at least 4 channels */
    uint16_t out_height;         /* out_height * window.out_width is at least 4 */
} thimble_depthwise_conv2d_f32_m4_params;

/* input: [in_height][in_width][in_channels]; output: [out_height][out_width][in_channels]. scratch, aligned to 4: 4
 * bytes to align what follows, four pointers of at most 8 bytes a tap, and as many floats as there are channels. */
void thimble_depthwise_conv2d_f32_m4(const thimble_depthwise_conv2d_f32_m4_params *p, const float *input,
                                     float *output, void *scratch);

#endif
