/* Portable reference of the int8 depthwise convolution. Taps in the padding add nothing. */
#include "thimble_depthwise_conv2d_s8.h"
#include "thimble_requantize.h"

/* One output channel at one place; the image's first channel that it reads is `input`. */
static int32_t one_sum(const thimble_depthwise_conv2d_s8_params *p, const int8_t *input, const int8_t *w,
                       int32_t top, int32_t left)
{
    const int32_t out_channels = p->in_channels * p->channel_multiplier;
    int32_t sum = 0;
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        const int32_t y = top + ky * p->dilation_height;
        if (y < 0 || y >= p->in_height) {
            w += p->kernel_width * out_channels;
            continue;
        }
        for (int32_t kx = 0; kx < p->kernel_width; kx++, w += out_channels) {
            const int32_t x = left + kx * p->dilation_width;
            if (x >= 0 && x < p->in_width) {
                sum += (input[(y * p->in_width + x) * p->in_channels] - p->input_zero) * *w;
            }
        }
    }
    return sum;
}

void thimble_depthwise_conv2d_s8(const thimble_depthwise_conv2d_s8_params *p, const int8_t *input,
                                 int8_t *output)
{
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            const int32_t left = ox * p->stride_width - p->pad_left;
            int32_t c = 0;
            for (int32_t in_c = 0; in_c < p->in_channels; in_c++) {
                for (int32_t m = 0; m < p->channel_multiplier; m++, c++) {
                    int32_t sum = p->bias[c] + one_sum(p, input + in_c, p->weights + c, top, left);
                    sum = thimble_requantize_twice(sum, p->multiplier[c], p->shift[c]) + p->output_zero;
                    *output++ = thimble_clamp_s8(sum, p->output_min, p->output_max);
                }
            }
        }
    }
}
