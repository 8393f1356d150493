/* Portable reference of float average pooling; padding counts only if asked. */
#include "thimble_average_pool_f32.h"
#include "thimble_math.h"

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

void thimble_average_pool_f32(const thimble_average_pool_f32_params *p, const float *input, float *output)
{
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        const int32_t y0 = larger(top, 0), y1 = smaller(top + p->pool_height, p->in_height);
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            const int32_t left = ox * p->stride_width - p->pad_left;
            const int32_t x0 = larger(left, 0), x1 = smaller(left + p->pool_width, p->in_width);
            for (int32_t c = 0; c < p->channels; c++) {
                float result = 0.0f;
                for (int32_t y = y0; y < y1; y++) {
                    const float *pixel = input + (y * p->in_width + x0) * p->channels + c;
                    for (int32_t x = x0; x < x1; x++, pixel += p->channels) {
                        result += *pixel;
                    }
                }
                result /= (float)(p->counts_padding ? p->pool_height * p->pool_width : (y1 - y0) * (x1 - x0));
                *output++ = thimble_clamp_f32(result, p->output_min, p->output_max);
            }
        }
    }
}
