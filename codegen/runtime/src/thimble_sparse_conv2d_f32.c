/* Windows of four pixels side by side, and the walk over the output, for float convolutions on sparse weights. */
#include "thimble_sparse_conv2d_f32.h"
#include "thimble_math.h"

/* One place of four windows, all channels; returns where the next place goes. */
static float *thimble_sparse_lay_place(float *to, const float *const from[THIMBLE_PIXELS], int32_t channels)
{
    const float *a = from[0], *b = from[1], *c = from[2], *d = from[3];
    for (float *const end = to + channels * THIMBLE_PIXELS; to != end; to += THIMBLE_PIXELS) {
        const float first = *a++, second = *b++, third = *c++, fourth = *d++;
        to[0] = first;
        to[1] = second;
        to[2] = third;
        to[3] = fourth;
    }
    return to;
}

/* Places outside of the image are `zeros`. */
static void thimble_sparse_lay_windows(const thimble_window *w, const thimble_place at[THIMBLE_PIXELS], const float *input,
                        const float *zeros, float *to)
{
    for (int32_t y = 0; y < w->height; y++) {
        for (int32_t x = 0; x < w->width; x++) {
            const float *from[THIMBLE_PIXELS];
            for (int i = 0; i < THIMBLE_PIXELS; i++) {
                from[i] = thimble_window_place(w, at[i], y, x, input, zeros);
            }
            to = thimble_sparse_lay_place(to, from, w->in_channels);
        }
    }
}

/* Floats from one window of a single place to the next, or 0 where they are not at one distance or some are outside of
 * the image. */
static int32_t thimble_sparse_distance(const thimble_window *w, const thimble_place at[THIMBLE_PIXELS], int inside)
{
    const int32_t step = (at[1].top - at[0].top) * w->in_width + at[1].left - at[0].left;
    for (int i = 1; i < THIMBLE_PIXELS; i++) {
        const int32_t this_one = (at[i].top - at[i - 1].top) * w->in_width + at[i].left - at[i - 1].left;
        inside = inside && this_one == step;
    }
    return inside && w->height == 1 && w->width == 1 ? step * w->in_channels : 0;
}

void thimble_sparse_store_f32(const thimble_sparse_conv2d_f32 *p, const thimble_sparse_place_f32 *at, int32_t channel,
                              thimble_sparse_sums_f32 sums)
{
    const float bias = p->bias[channel], low = p->output_min, high = p->output_max;
    const int32_t step = p->out_channels;
    const float a = thimble_clamp_f32(sums.a + bias, low, high), b = thimble_clamp_f32(sums.b + bias, low, high);
    const float c = thimble_clamp_f32(sums.c + bias, low, high), d = thimble_clamp_f32(sums.d + bias, low, high);
    float *y = at->output + channel;
    if (at->pixels == THIMBLE_PIXELS) { /* the most frequent case */
        y[0] = a;
        y[step] = b;
        y[2 * step] = c;
        y[3 * step] = d;
        return;
    }
    const float all[THIMBLE_PIXELS] = {a, b, c, d};
    for (int32_t i = 0; i < at->pixels; i++, y += step) {
        *y = all[i];
    }
}

void thimble_sparse_conv2d_run_f32(const thimble_sparse_conv2d_f32 *p, const void *params,
                                   thimble_sparse_four_pixels_f32 four_pixels, const float *input, float *output,
                                   float *scratch)
{
    const thimble_window *w = &p->window;
    float *const zeros = scratch, *const windows = scratch + w->in_channels;
    const int32_t pixels = p->out_height * w->out_width;
    for (int32_t c = 0; c < w->in_channels; c++) {
        zeros[c] = 0.0f;
    }
    for (int32_t pixel = 0; pixel < pixels; pixel += THIMBLE_PIXELS) {
        const int32_t left = pixels - pixel;
        thimble_place at[THIMBLE_PIXELS];
        /* Where fewer than four are left, the others are read, in the image or as zeros, and not stored. */
        const int inside = thimble_windows_from(w, pixel, at);
        const int32_t step = thimble_sparse_distance(w, at, inside);
        const float *x = windows;
        if (step > 1) {
            x = thimble_window_place(w, at[0], 0, 0, input, zeros);
        } else {
            thimble_sparse_lay_windows(w, at, input, zeros, windows);
        }
        const thimble_sparse_place_f32 place = {x, step > 1 ? step : 1, output + pixel * p->out_channels,
                                                left < THIMBLE_PIXELS ? left : THIMBLE_PIXELS};
        four_pixels(params, &place);
    }
}
