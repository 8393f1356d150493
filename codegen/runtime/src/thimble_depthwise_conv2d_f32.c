/* Portable reference of the float depthwise convolution. Taps in the padding add nothing. */
#include "thimble_depthwise_conv2d_f32.h"
#include "thimble_math.h"

/* One output channel at one place; `input` is at the channel that it reads. */
static float one_sum(const thimble_depthwise_conv2d_f32_params *p, const float *input, const float *w,
                     int32_t top, int32_t left)
{
    const int32_t out_channels = p->in_channels * p->channel_multiplier;
    float sum = 0.0f;
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        const int32_t y = top + ky * p->dilation_height;
        for (int32_t kx = 0; kx < p->kernel_width; kx++, w += out_channels) {
            const int32_t x = left + kx * p->dilation_width;
            if (y >= 0 && y < p->in_height && x >= 0 && x < p->in_width) {
                sum += input[(y * p->in_width + x) * p->in_channels] * *w;
            }
        }
    }
    return sum;
}

void thimble_depthwise_conv2d_f32(const thimble_depthwise_conv2d_f32_params *p, const float *input,
                                  float *output)
{
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            const int32_t left = ox * p->stride_width - p->pad_left;
            int32_t c = 0;
            for (int32_t in_c = 0; in_c < p->in_channels; in_c++) {
                for (int32_t m = 0; m < p->channel_multiplier; m++, c++) {
                    const float sum = one_sum(p, input + in_c, p->weights + c, top, left) + p->bias[c];
                    *output++ = thimble_clamp_f32(sum, p->output_min, p->output_max);
                }
            }
        }
    }
}
