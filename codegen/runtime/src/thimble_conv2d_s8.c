/* Portable reference of the int8 convolution. Padding holds the zero point, so the folded bias stays right. */
#include "thimble_conv2d_s8.h"
#include "thimble_requantize.h"

static int32_t dot(const int8_t *x, const int8_t *w, int32_t n)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < n; i++) {
        sum += (int32_t)x[i] * w[i];
    }
    return sum;
}

static int32_t sum_of(const int8_t *w, int32_t n)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < n; i++) {
        sum += w[i];
    }
    return sum;
}

/* One filter at one place. `top` and `left` may lie outside the image. */
static int32_t at_border(const thimble_conv2d_s8_params *p, const int8_t *input, const int8_t *w, int32_t top,
                         int32_t left)
{
    int32_t sum = 0;
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        const int32_t y = top + ky * p->dilation_height;
        for (int32_t kx = 0; kx < p->kernel_width; kx++, w += p->in_channels) {
            const int32_t x = left + kx * p->dilation_width;
            if (y < 0 || y >= p->in_height || x < 0 || x >= p->in_width) {
                sum += p->input_zero * sum_of(w, p->in_channels);
            } else {
                sum += dot(input + (y * p->in_width + x) * p->in_channels, w, p->in_channels);
            }
        }
    }
    return sum;
}

/* One filter at one place whose taps all lie inside the image and touch each other. */
static int32_t inside(const thimble_conv2d_s8_params *p, const int8_t *x, const int8_t *w)
{
    const int32_t run = p->kernel_width * p->in_channels;
    const int32_t line = p->in_width * p->in_channels;
    int32_t sum = 0;
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        sum += dot(x, w, run);
        x += line;
        w += run;
    }
    return sum;
}

void thimble_conv2d_s8(const thimble_conv2d_s8_params *p, const int8_t *input, int8_t *output)
{
    const int32_t filter = p->kernel_height * p->kernel_width * p->in_channels;
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            const int32_t left = ox * p->stride_width - p->pad_left;
            const int whole = top >= 0 && left >= 0 && p->dilation_height == 1 && p->dilation_width == 1 &&
                              top + p->kernel_height <= p->in_height && left + p->kernel_width <= p->in_width;
            const int8_t *w = p->weights;
            for (int32_t c = 0; c < p->out_channels; c++, w += filter) {
                int32_t sum = p->bias[c];
                if (whole) {
                    sum += inside(p, input + (top * p->in_width + left) * p->in_channels, w);
                } else {
                    sum += at_border(p, input, w, top, left);
                }
                sum = thimble_requantize(sum, p->multiplier[c], p->shift[c], p->rounding) + p->output_zero;
                *output++ = thimble_clamp_s8(sum, p->output_min, p->output_max);
            }
        }
    }
}
