/* Portable reference of the int8 transposed convolution: for each output, the inputs that are spread to it. */
#include "thimble_conv_transpose2d_s8.h"
#include "thimble_requantize.h"

/* The input that the tap `k` spreads to this output, or -1. */
static int32_t source(int32_t output, int32_t k, int32_t dilation, int32_t stride, int32_t size)
{
    const int32_t at = output - k * dilation;
    return at < 0 || at % stride != 0 || at / stride >= size ? -1 : at / stride;
}

/* `oy` and `ox` count with what is left out before the output. */
static int32_t one_sum(const thimble_conv_transpose2d_s8_params *p, const int8_t *input, const int8_t *w,
                       int32_t oy, int32_t ox)
{
    const int32_t channels = p->in_channels / p->groups;
    int32_t sum = 0;
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        const int32_t y = source(oy, ky, p->dilation_height, p->stride_height, p->in_height);
        if (y < 0) {
            continue;
        }
        for (int32_t kx = 0; kx < p->kernel_width; kx++) {
            const int32_t x = source(ox, kx, p->dilation_width, p->stride_width, p->in_width);
            if (x < 0) {
                continue;
            }
            const int8_t *pixel = input + (y * p->in_width + x) * p->in_channels;
            const int8_t *tap = w + (ky * p->kernel_width + kx) * channels;
            for (int32_t c = 0; c < channels; c++) {
                sum += (pixel[c] - p->input_zero) * tap[c];
            }
        }
    }
    return sum;
}

void thimble_conv_transpose2d_s8(const thimble_conv_transpose2d_s8_params *p, const int8_t *input,
                                 int8_t *output)
{
    const int32_t channels = p->in_channels / p->groups, filters = p->out_channels / p->groups;
    const int32_t filter = p->kernel_height * p->kernel_width * channels;
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            for (int32_t c = 0; c < p->out_channels; c++) {
                const int8_t *first = input + c / filters * channels, *w = p->weights + c * filter;
                int32_t sum = p->bias[c] + one_sum(p, first, w, oy + p->pad_top, ox + p->pad_left);
                sum = thimble_requantize_twice(sum, p->multiplier[c], p->shift[c]) + p->output_zero;
                *output++ = thimble_clamp_s8(sum, p->output_min, p->output_max);
            }
        }
    }
}
