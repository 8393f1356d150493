/* Portable reference of float max pooling; padding never wins. Four channels at a time, so that what finds the way
 * through the window serves four. */
#include "thimble_max_pool_f32.h"
#include "thimble_math.h"

enum { CHANNELS = 4 };

/* What of a window lies inside the image. */
typedef struct {
    int32_t height, width;
    int32_t channels; /* floats from a pixel to the next */
    int32_t line;     /* floats from a line to the next */
} window;

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static void four_channels(const window *w, const float *line, float *output)
{
    float a = line[0], b = line[1], c = line[2], d = line[3];
    for (int32_t y = 0; y < w->height; y++, line += w->line) {
        const float *pixel = line;
        for (int32_t x = 0; x < w->width; x++, pixel += w->channels) {
            a = pixel[0] > a ? pixel[0] : a;
            b = pixel[1] > b ? pixel[1] : b;
            c = pixel[2] > c ? pixel[2] : c;
            d = pixel[3] > d ? pixel[3] : d;
        }
    }
    output[0] = a;
    output[1] = b;
    output[2] = c;
    output[3] = d;
}

static float one_channel(const window *w, const float *line)
{
    float a = line[0];
    for (int32_t y = 0; y < w->height; y++, line += w->line) {
        const float *pixel = line;
        for (int32_t x = 0; x < w->width; x++, pixel += w->channels) {
            a = *pixel > a ? *pixel : a;
        }
    }
    return a;
}

static void all_channels(const window *w, const float *line, float *output)
{
    int32_t c = 0;
    for (; c + CHANNELS <= w->channels; c += CHANNELS) {
        four_channels(w, line + c, output + c);
    }
    for (; c < w->channels; c++) {
        output[c] = one_channel(w, line + c);
    }
}

void thimble_max_pool_f32(const thimble_max_pool_f32_params *p, const float *input, float *output)
{
    window w = {0, 0, p->channels, p->in_width * p->channels};
    float *at = output;
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        const int32_t y0 = larger(top, 0);
        w.height = smaller(top + p->pool_height, p->in_height) - y0;
        for (int32_t ox = 0; ox < p->out_width; ox++, at += p->channels) {
            const int32_t left = ox * p->stride_width - p->pad_left;
            const int32_t x0 = larger(left, 0);
            w.width = smaller(left + p->pool_width, p->in_width) - x0;
            all_channels(&w, input + y0 * w.line + x0 * p->channels, at);
        }
    }
    thimble_clamp_all_f32(output, at, p->output_min, p->output_max);
}
