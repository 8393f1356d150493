/* Portable reference of the float transposed convolution: each output gathers the inputs that reach it. */
#include "thimble_conv_transpose2d_f32.h"

#include "thimble_math.h"

/* The input that reaches `place` of the uncut result by way of a weight `offset` away, or -1. */
static int32_t source_of(int32_t place, int32_t offset, int32_t stride, int32_t size)
{
    const int32_t spread = place - offset;
    return spread >= 0 && spread % stride == 0 && spread / stride < size ? spread / stride : -1;
}

static float gathered(const thimble_conv_transpose2d_f32_params *p, const float *input, int32_t y, int32_t x, uint32_t channel)
{
    const uint32_t depth = p->in_channels / p->groups, outputs = p->out_channels / p->groups;
    const float *weights = p->weights + channel * p->kernel_height * p->kernel_width * depth;
    const float *images = input + channel / outputs * depth;
    float sum = p->bias[channel];
    for (int32_t i = 0; i < p->kernel_height; i++) {
        const int32_t row = source_of(y, i * p->dilation_height, p->stride_height, p->in_height);
        for (int32_t j = 0; j < p->kernel_width; j++, weights += depth) {
            const int32_t column = source_of(x, j * p->dilation_width, p->stride_width, p->in_width);
            if (row < 0 || column < 0) {
                continue;
            }
            const float *from = images + (uint32_t)(row * p->in_width + column) * p->in_channels;
            for (uint32_t n = 0; n < depth; n++) {
                sum += weights[n] * from[n];
            }
        }
    }
    return sum;
}

void thimble_conv_transpose2d_f32(const thimble_conv_transpose2d_f32_params *p, const float *input, float *output)
{
    for (int32_t y = 0; y < p->out_height; y++) {
        for (int32_t x = 0; x < p->out_width; x++) {
            for (uint32_t c = 0; c < p->out_channels; c++) {
                const float sum = gathered(p, input, y + p->pad_top, x + p->pad_left, c);
                *output++ = thimble_clamp_f32(sum, p->output_min, p->output_max);
            }
        }
    }
}
