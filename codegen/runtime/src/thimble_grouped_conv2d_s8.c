/* Portable reference of the int8 convolution in groups. Taps in the padding add nothing. */
#include "thimble_grouped_conv2d_s8.h"
#include "thimble_requantize.h"

/* One filter at one place; `input` is at the first channel that it reads. */
static int32_t one_sum(const thimble_grouped_conv2d_s8_params *p, const int8_t *input, const int8_t *w, int32_t top,
                     int32_t left)
{
    const int32_t channels = p->in_channels / p->groups;
    int32_t sum = 0;
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        const int32_t y = top + ky * p->dilation_height;
        for (int32_t kx = 0; kx < p->kernel_width; kx++, w += channels) {
            const int32_t x = left + kx * p->dilation_width;
            if (y < 0 || y >= p->in_height || x < 0 || x >= p->in_width) {
                continue;
            }
            const int8_t *pixel = input + (y * p->in_width + x) * p->in_channels;
            for (int32_t c = 0; c < channels; c++) {
                sum += (pixel[c] - p->input_zero) * w[c];
            }
        }
    }
    return sum;
}

void thimble_grouped_conv2d_s8(const thimble_grouped_conv2d_s8_params *p, const int8_t *input, int8_t *output)
{
    const int32_t channels = p->in_channels / p->groups, filters = p->out_channels / p->groups;
    const int32_t filter = p->kernel_height * p->kernel_width * channels;
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            const int32_t left = ox * p->stride_width - p->pad_left;
            const int8_t *w = p->weights;
            int32_t c = 0;
            for (int32_t group = 0; group < p->groups; group++) {
                for (int32_t n = 0; n < filters; n++, c++, w += filter) {
                    int32_t sum = one_sum(p, input + group * channels, w, top, left) + p->bias[c];
                    sum = thimble_requantize(sum, p->multiplier[c], p->shift[c], p->rounding) + p->output_zero;
                    *output++ = thimble_clamp_s8(sum, p->output_min, p->output_max);
                }
            }
        }
    }
}
