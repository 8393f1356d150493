/* Portable reference of the int8 transposed convolution: for each output, the inputs that are spread to it. */
#include "thimble_conv_transpose2d_s8.h"
#include "thimble_requantize.h"

/* The inputs first ... last along one axis that are spread to an output, and the tap that the first meets;
 * the next one meets the tap a stride before. */
typedef struct {
    int32_t first, last, tap;
} span;

static span spread_to(int32_t output, int32_t stride, int32_t kernel, int32_t size)
{
    span result;
    result.first = output < kernel ? 0 : (output - kernel) / stride + 1;
    result.last = output / stride < size ? output / stride : size - 1;
    result.tap = output - result.first * stride;
    return result;
}

static int32_t one_sum(const thimble_conv_transpose2d_s8_params *p, const int8_t *input, const int8_t *w, span rows,
                       span columns)
{
    const int32_t channels = p->in_channels / p->groups, next = p->stride_width * channels;
    int32_t sum = 0;
    for (int32_t y = rows.first, ky = rows.tap; y <= rows.last; y++, ky -= p->stride_height) {
        const int8_t *pixel = input + (y * p->in_width + columns.first) * p->in_channels;
        const int8_t *tap = w + (ky * p->kernel_width + columns.tap) * channels;
        for (int32_t x = columns.first; x <= columns.last; x++, pixel += p->in_channels, tap -= next) {
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
        const span rows = spread_to(oy + p->pad_top, p->stride_height, p->kernel_height, p->in_height);
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            const span columns = spread_to(ox + p->pad_left, p->stride_width, p->kernel_width, p->in_width);
            const int8_t *first = input, *w = p->weights;
            int32_t c = 0;
            for (int32_t group = 0; group < p->groups; group++, first += channels) {
                for (int32_t n = 0; n < filters; n++, c++, w += filter) {
                    int32_t sum = p->bias[c] + one_sum(p, first, w, rows, columns);
                    sum = thimble_requantize_twice(sum, p->multiplier[c], p->shift[c]) + p->output_zero;
                    *output++ = thimble_clamp_s8(sum, p->output_min, p->output_max);
                }
            }
        }
    }
}
