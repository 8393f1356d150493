/* Portable reference of int8 average pooling: the mean of what lies inside the image, rounded half away
 * from zero. */
#include "thimble_average_pool_s8.h"
#include "thimble_requantize.h"
#include "thimble_small.h"

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

THIMBLE_SMALL void thimble_average_pool_s8(const thimble_average_pool_s8_params *p, const int8_t *input, int8_t *output)
{
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        const int32_t y0 = larger(top, 0), y1 = smaller(top + p->pool_height, p->in_height);
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            const int32_t left = ox * p->stride_width - p->pad_left;
            const int32_t x0 = larger(left, 0), x1 = smaller(left + p->pool_width, p->in_width);
            const int32_t count = (y1 - y0) * (x1 - x0);
            for (int32_t c = 0; c < p->channels; c++) {
                int32_t sum = 0;
                for (int32_t y = y0; y < y1; y++) {
                    const int8_t *pixel = input + (y * p->in_width + x0) * p->channels + c;
                    for (int32_t x = x0; x < x1; x++, pixel += p->channels) {
                        sum += *pixel;
                    }
                }
                sum = sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
                *output++ = thimble_clamp_s8(sum, p->output_min, p->output_max);
            }
        }
    }
}
