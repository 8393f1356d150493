/* Portable reference of the float convolution. Taps in the padding add nothing. */
#include "thimble_conv2d_f32.h"
#include "thimble_math.h"

/* One filter at one place; `input` is at the first channel that it reads. */
static float one_sum(const thimble_conv2d_f32_params *p, const float *input, const float *w, int32_t top,
                     int32_t left)
{
    const int32_t channels = p->in_channels / p->groups;
    float sum = 0.0f;
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        const int32_t y = top + ky * p->dilation_height;
        for (int32_t kx = 0; kx < p->kernel_width; kx++, w += channels) {
            const int32_t x = left + kx * p->dilation_width;
            if (y < 0 || y >= p->in_height || x < 0 || x >= p->in_width) {
                continue;
            }
            const float *pixel = input + (y * p->in_width + x) * p->in_channels;
            for (int32_t c = 0; c < channels; c++) {
                sum += pixel[c] * w[c];
            }
        }
    }
    return sum;
}

void thimble_conv2d_f32(const thimble_conv2d_f32_params *p, const float *input, float *output)
{
    const int32_t channels = p->in_channels / p->groups, filters = p->out_channels / p->groups;
    const int32_t filter = p->kernel_height * p->kernel_width * channels;
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            const int32_t left = ox * p->stride_width - p->pad_left;
            const float *w = p->weights;
            int32_t c = 0;
            for (int32_t group = 0; group < p->groups; group++) {
                for (int32_t n = 0; n < filters; n++, c++, w += filter) {
                    const float sum = one_sum(p, input + group * channels, w, top, left) + p->bias[c];
                    *output++ = thimble_clamp_f32(sum, p->output_min, p->output_max);
                }
            }
        }
    }
}
