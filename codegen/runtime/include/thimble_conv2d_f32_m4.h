/* 2-D convolution, float, NHWC, batch 1, for CPUs with an FPU of single precision (Cortex-M4F). */
#ifndef THIMBLE_CONV2D_F32_M4_H
#define THIMBLE_CONV2D_F32_M4_H

#include "thimble_windows.h"

/* One filter has `taps` = window.height * window.width * window.in_channels weights. Filters lie side by side in fours;
 * what the last four lack is 0. */
typedef struct {
    const float *weights;        /* [(out_channels + 3) / 4][1 + taps][4]: the biases, then each tap's weights */
    float output_min, output_max; /* the fused activation as a clamp; output_min is 0, or the lowest of floats */
    thimble_window window;
    uint16_t out_height, out_channels; /* out_height * window.out_width is at least 4 */
    uint8_t copies; /* whether windows that reach into the padding are copied to scratch memory */
} thimble_conv2d_f32_m4_params;

/* input: [in_height][in_width][in_channels]; output: [out_height][out_width][out_channels]. scratch, aligned to 4:
 * 4 bytes to align what follows; four pointers of at most 8 bytes a line of the window, or where there is padding or
 * a gap a place of the window; and where there is padding either, with `copies`, four windows of floats, or as many
 * floats as the input has channels. */
void thimble_conv2d_f32_m4(const thimble_conv2d_f32_m4_params *p, const float *input, float *output, void *scratch);

#endif
