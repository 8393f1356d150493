/* Windows of four output pixels. */
#include "thimble_windows.h"

int thimble_windows_from(const thimble_window *w, int32_t pixel, thimble_place at[THIMBLE_PIXELS])
{
    const int32_t last_top = w->in_height - 1 - (w->height - 1) * w->dilation_height;
    const int32_t last_left = w->in_width - 1 - (w->width - 1) * w->dilation_width;
    int32_t y = pixel / w->out_width, x = pixel - y * w->out_width;
    if (x + THIMBLE_PIXELS <= w->out_width) { /* the most frequent case: all in a row */
        const int32_t top = y * w->stride_height - w->pad_top, step = w->stride_width;
        const int32_t left = x * step - w->pad_left;
        for (int i = 0; i < THIMBLE_PIXELS; i++) {
            at[i].top = top;
            at[i].left = left + i * step;
        }
        return top >= 0 && left >= 0 && top <= last_top && at[THIMBLE_PIXELS - 1].left <= last_left;
    }
    int inside = 1;
    for (int i = 0; i < THIMBLE_PIXELS; i++) {
        const int32_t top = y * w->stride_height - w->pad_top, left = x * w->stride_width - w->pad_left;
        inside = inside && top >= 0 && left >= 0 && top <= last_top && left <= last_left;
        at[i].top = top;
        at[i].left = left;
        if (++x == w->out_width) {
            x = 0;
            y++;
        }
    }
    return inside;
}

const float **thimble_window_pointers(const thimble_window *w, const thimble_place at[THIMBLE_PIXELS],
                                      const float *input, const float *zeros, const float **pointers)
{
    for (int i = 0; i < THIMBLE_PIXELS; i++) {
        const float **to = pointers + i;
        for (int32_t y = 0; y < w->height; y++) {
            for (int32_t x = 0; x < w->width; x++, to += THIMBLE_PIXELS) {
                *to = thimble_window_place(w, at[i], y, x, input, zeros);
            }
        }
    }
    return pointers + w->height * w->width * THIMBLE_PIXELS;
}
