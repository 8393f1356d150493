/* Portable reference of the int8 depthwise convolution. Taps in the padding add nothing, so each place
 * first finds the part of the kernel that lies inside the image. */
#include "thimble_depthwise_conv2d_s8.h"
#include "thimble_requantize.h"

/* The part of the kernel that lies inside the image, and where its first tap is. */
typedef struct {
    int32_t rows, columns;
    int32_t input, weights;           /* elements to the first tap */
    int32_t input_step, input_line;   /* to the next tap, and from the last of a line to the next line */
    int32_t weight_step, weight_line;
} taps;

/* First index k >= 0 with start + k * dilation >= 0. */
static int32_t first_inside(int32_t start, int32_t dilation)
{
    int32_t k = 0;
    for (; start < 0; start += dilation) {
        k++;
    }
    return k;
}

/* How many of the indices from `first` on lie below `size`, of `count` in all. */
static int32_t count_inside(int32_t start, int32_t dilation, int32_t first, int32_t count, int32_t size)
{
    int32_t n = 0;
    for (int32_t k = first; k < count && start + k * dilation < size; k++) {
        n++;
    }
    return n;
}

static taps taps_at(const thimble_depthwise_conv2d_s8_params *p, int32_t top, int32_t left)
{
    const int32_t out_channels = p->in_channels * p->channel_multiplier;
    const int32_t ky = first_inside(top, p->dilation_height), kx = first_inside(left, p->dilation_width);
    taps t;
    t.rows = count_inside(top, p->dilation_height, ky, p->kernel_height, p->in_height);
    t.columns = count_inside(left, p->dilation_width, kx, p->kernel_width, p->in_width);
    t.input = ((top + ky * p->dilation_height) * p->in_width + left + kx * p->dilation_width) * p->in_channels;
    t.weights = (ky * p->kernel_width + kx) * out_channels;
    t.input_step = p->dilation_width * p->in_channels;
    t.input_line = p->dilation_height * p->in_width * p->in_channels - t.columns * t.input_step;
    t.weight_step = out_channels;
    t.weight_line = (p->kernel_width - t.columns) * out_channels;
    return t;
}

static int32_t one_sum(const taps *t, const int8_t *x, const int8_t *w, int32_t input_zero)
{
    int32_t sum = 0;
    for (int32_t row = 0; row < t->rows; row++, x += t->input_line, w += t->weight_line) {
        for (int32_t n = t->columns; n > 0; n--, x += t->input_step, w += t->weight_step) {
            sum += (*x - input_zero) * *w;
        }
    }
    return sum;
}

void thimble_depthwise_conv2d_s8(const thimble_depthwise_conv2d_s8_params *p, const int8_t *input,
                                 int8_t *output)
{
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            const taps t =
                taps_at(p, oy * p->stride_height - p->pad_top, ox * p->stride_width - p->pad_left);
            int32_t c = 0;
            for (int32_t in_c = 0; in_c < p->in_channels; in_c++) {
                for (int32_t m = 0; m < p->channel_multiplier; m++, c++) {
                    int32_t sum = p->bias[c];
                    sum += one_sum(&t, input + t.input + in_c, p->weights + t.weights + c, p->input_zero);
                    sum = thimble_requantize(sum, p->multiplier[c], p->shift[c], p->rounding) + p->output_zero;
                    *output++ = thimble_clamp_s8(sum, p->output_min, p->output_max);
                }
            }
        }
    }
}
