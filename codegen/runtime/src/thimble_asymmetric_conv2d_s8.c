/* Portable reference of the int8 convolution whose weights have a zero point. Taps in the padding add nothing. */
#include "thimble_asymmetric_conv2d_s8.h"
#include "thimble_requantize.h"

/* Where a filter lies: the tap at its top left, in rows and columns of the image. */
typedef struct {
    int32_t top, left;
} corner;

/* One filter at one place; `input` is at the first channel that it reads. With w less its zero point z,
 * the sum of x * (w - z) is the sum of x * w less z times the sum of x. */
static int32_t one_sum(const thimble_asymmetric_conv2d_s8_params *p, const int8_t *input, const int8_t *w,
                       int32_t zero, corner at)
{
    const int32_t channels = p->in_channels / p->groups;
    int32_t sum = 0, inputs = 0;
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        const int32_t y = at.top + ky * p->dilation_height;
        for (int32_t kx = 0; kx < p->kernel_width; kx++, w += channels) {
            const int32_t x = at.left + kx * p->dilation_width;
            if (y < 0 || y >= p->in_height || x < 0 || x >= p->in_width) {
                continue;
            }
            const int8_t *pixel = input + (y * p->in_width + x) * p->in_channels;
            for (int32_t c = 0; c < channels; c++) {
                const int32_t value = pixel[c] - p->input_zero;
                sum += value * w[c];
                inputs += value;
            }
        }
    }
    return sum - zero * inputs;
}

/* All outputs at one place. */
static int8_t *one_place(const thimble_asymmetric_conv2d_s8_params *p, const int8_t *input, int8_t *output, corner at)
{
    const int32_t channels = p->in_channels / p->groups, filters = p->out_channels / p->groups;
    const int8_t *w = p->weights;
    int32_t c = 0;
    for (int32_t group = 0; group < p->groups; group++, input += channels) {
        for (int32_t n = 0; n < filters; n++, c++, w += p->kernel_height * p->kernel_width * channels) {
            int32_t sum = one_sum(p, input, w, p->weight_zero[c], at) + p->bias[c];
            sum = thimble_requantize(sum, p->multiplier[c], p->shift[c], p->rounding) + p->output_zero;
            *output++ = thimble_clamp_s8(sum, p->output_min, p->output_max);
        }
    }
    return output;
}

void thimble_asymmetric_conv2d_s8(const thimble_asymmetric_conv2d_s8_params *p, const int8_t *input,
                                  int8_t *output)
{
    corner at;
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        at.top = oy * p->stride_height - p->pad_top;
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            at.left = ox * p->stride_width - p->pad_left;
            output = one_place(p, input, output, at);
        }
    }
}
