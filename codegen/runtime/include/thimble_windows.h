/* The windows of four output pixels of a float convolution, found in the input: four pixels are computed at a time. */
#ifndef THIMBLE_WINDOWS_H
#define THIMBLE_WINDOWS_H

#include <stdint.h>

enum { THIMBLE_PIXELS = 4 };

/* A window over an image [in_height][in_width][in_channels] that takes out_width steps a row. */
typedef struct {
    uint16_t in_height, in_width, in_channels;
    uint16_t out_width;
    uint8_t height, width;
    uint8_t stride_height, stride_width;
    uint8_t dilation_height, dilation_width;
    uint8_t pad_top, pad_left;
} thimble_window;

/* Where a window starts; may lie outside the image. */
typedef struct {
    int32_t top, left;
} thimble_place;

/* The places of four output pixels, counted row by row, from this one on. Returns whether no window reaches out of
 * the image. */
int thimble_windows_from(const thimble_window *w, int32_t pixel, thimble_place at[THIMBLE_PIXELS]);

/* Pointers to each place of four windows, [w->height * w->width][THIMBLE_PIXELS]: to its first channel in the image,
 * or to `zeros`, as many as there are channels. Returns their end. */
const float **thimble_window_pointers(const thimble_window *w, const thimble_place at[THIMBLE_PIXELS],
                                      const float *input, const float *zeros, const float **pointers);

/* Where the place (y, x) of a window lies in the input, or `outside`. */
static inline const float *thimble_window_place(const thimble_window *w, thimble_place at, int32_t y, int32_t x,
                                                const float *input, const float *outside)
{
    const int32_t row = at.top + y * w->dilation_height, column = at.left + x * w->dilation_width;
    const int inside = row >= 0 && row < w->in_height && column >= 0 && column < w->in_width;
    return inside ? input + (row * w->in_width + column) * w->in_channels : outside;
}

#endif
