/* Portable reference of int8 max pooling; padding never wins. Two taps at a time over all channels, which lie
 * side by side. */
#include "thimble_max_pool_s8.h"

#include <stddef.h>

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static void largest_of_two(int8_t *out, const int8_t *a, const int8_t *b, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        out[i] = (int8_t)larger(a[i], b[i]);
    }
}

static void largest_of_three(int8_t *out, const int8_t *a, const int8_t *b, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        out[i] = (int8_t)larger(out[i], larger(a[i], b[i]));
    }
}

/* One output pixel from the window [y0, y1) x [x0, x1), which has at least one tap. */
static void window(const thimble_max_pool_s8_params *p, const int8_t *input, int8_t *out, int32_t y0, int32_t y1,
                   int32_t x0, int32_t x1)
{
    const int32_t n = p->channels;
    const int8_t *waiting = NULL; /* a tap that has no partner yet */
    int begun = 0;
    for (int32_t y = y0; y < y1; y++) {
        const int8_t *tap = input + (y * p->in_width + x0) * n;
        for (int32_t x = x0; x < x1; x++, tap += n) {
            const int last = y == y1 - 1 && x == x1 - 1;
            if (waiting == NULL && !last) {
                waiting = tap;
                continue;
            }
            const int8_t *partner = waiting == NULL ? tap : waiting;
            if (begun) {
                largest_of_three(out, partner, tap, n);
            } else {
                largest_of_two(out, partner, tap, n);
            }
            begun = 1;
            waiting = NULL;
        }
    }
}

void thimble_max_pool_s8(const thimble_max_pool_s8_params *p, const int8_t *input, int8_t *output)
{
    const int clamps = p->output_min > INT8_MIN || p->output_max < INT8_MAX;
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        const int32_t y0 = larger(top, 0), y1 = smaller(top + p->pool_height, p->in_height);
        for (int32_t ox = 0; ox < p->out_width; ox++, output += p->channels) {
            const int32_t left = ox * p->stride_width - p->pad_left;
            window(p, input, output, y0, y1, larger(left, 0), smaller(left + p->pool_width, p->in_width));
            for (int32_t c = 0; clamps && c < p->channels; c++) {
                output[c] = (int8_t)smaller(larger(output[c], p->output_min), p->output_max);
            }
        }
    }
}
