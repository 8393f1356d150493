/* Input lines channel by channel, and the walk over the output, for convolutions on sparse weights. */
#include "thimble_small.h"
#include "thimble_sparse_conv2d.h"

enum { PIXELS = THIMBLE_SPARSE_PIXELS, EXCESS = 0x80 };

/* Byte by byte: n pixels of one channel, `step` bytes apart. */
__attribute__((noinline)) static void thimble_sparse_spread(uint8_t *to, const int8_t *from, int32_t step, int32_t n)
{
    for (int32_t i = 0; i < n; i++, from += step) {
        to[i] = (uint8_t)*from ^ EXCESS;
    }
}

#if defined(__ARM_ARCH_6M__)

/* Without unaligned words there is no better way. */
__attribute__((noinline)) static void thimble_sparse_spread_all(uint8_t *to, int32_t plane, const int8_t *from, int32_t channels, int32_t step,
                                      int32_t n)
{
    for (int32_t c = 0; c < channels; c++, to += plane) {
        thimble_sparse_spread(to, from + c, step, n);
    }
}

#else

static inline uint32_t four_bytes(const int8_t *from)
{
    return thimble_load_4(from) ^ UINT32_C(0x80808080);
}

/* Bytes 0 and 2 of a, each followed by that of b. */
static inline uint32_t paired(uint32_t a, uint32_t b)
{
    return (a & UINT32_C(0x00ff00ff)) | (b & UINT32_C(0x00ff00ff)) << 8;
}

/* Four channels of four pixels. */
static inline void spread_4x4(uint8_t *to, int32_t plane, const int8_t *from, int32_t step)
{
    const uint32_t a = four_bytes(from), b = four_bytes(from + step);
    const uint32_t c = four_bytes(from + 2 * step), d = four_bytes(from + 3 * step);
    const uint32_t ab = paired(a, b), cd = paired(c, d), ab_odd = paired(a >> 8, b >> 8),
                   cd_odd = paired(c >> 8, d >> 8);
    const uint32_t channels[4] = {
        thimble_lower_halves(ab, cd),
        thimble_lower_halves(ab_odd, cd_odd),
        thimble_upper_halves(ab, cd),
        thimble_upper_halves(ab_odd, cd_odd),
    };
    for (int i = 0; i < 4; i++, to += plane) {
        __builtin_memcpy(to, &channels[i], sizeof channels[i]);
    }
}

/* n pixels, `step` bytes apart, of all channels, whose lines are `plane` bytes apart. */
__attribute__((noinline)) static void thimble_sparse_spread_all(uint8_t *to, int32_t plane, const int8_t *from, int32_t channels, int32_t step,
                                      int32_t n)
{
    int32_t c = 0;
    for (; c + 4 <= channels && n >= 4; c += 4, to += 4 * plane) {
        /* The last four pixels may be some of those before them again. */
        for (int32_t i = 0; i < n; i += 4) {
            const int32_t at = i < n - 4 ? i : n - 4;
            spread_4x4(to + at, plane, from + c + at * step, step);
        }
    }
    for (; c < channels; c++, to += plane) {
        thimble_sparse_spread(to, from + c, step, n);
    }
}

#endif

/* The zero point, in whole words. */
THIMBLE_SMALL static void thimble_sparse_fill(const thimble_sparse_conv2d *p, uint32_t *to, int32_t bytes)
{
    const uint32_t four = ((uint8_t)p->input_zero ^ EXCESS) * UINT32_C(0x01010101);
    for (uint32_t *end = to + bytes / 4; to != end; to++) {
        *to = four;
    }
}

/* One line of the image, or of padding, to `to`; what pads it at the left and right is there already. */
THIMBLE_SMALL static void thimble_sparse_spread_line(const thimble_sparse_conv2d *p, const int8_t *input, int32_t y, void *lines)
{
    const int32_t channels = p->in_channels, stride = p->stride_width, plane = stride * p->line;
    if (y < 0 || y >= p->in_height) {
        thimble_sparse_fill(p, lines, channels * plane);
        return;
    }
    uint8_t *const to = lines;
    const int8_t *line = input + y * p->in_width * channels;
    int32_t part = p->pad_left, place = 0;
    for (int32_t x = 0; x < stride && x < p->in_width; x++, part++) {
        for (; part >= stride; part -= stride) {
            place++;
        }
        int32_t n = 0;
        for (int32_t of_part = x; of_part < p->in_width; of_part += stride) {
            n++;
        }
        thimble_sparse_spread_all(to + part * p->line + place, plane, line + x * channels, channels,
                                  stride * channels, n);
    }
}

THIMBLE_SMALL static void thimble_sparse_move(uint32_t *to, const uint32_t *from, int32_t words)
{
    for (; words >= 4; words -= 4, to += 4, from += 4) {
        const uint32_t a = from[0], b = from[1], c = from[2], d = from[3];
        to[0] = a;
        to[1] = b;
        to[2] = c;
        to[3] = d;
    }
    for (; words > 0; words--) {
        *to++ = *from++;
    }
}

void thimble_sparse_store(const thimble_sparse_place *at, const int32_t *scaling, thimble_sparse_sums sums, int8_t *y)
{
    const int32_t all[PIXELS] = {sums.a, sums.b, sums.c, sums.d};
    for (int32_t i = 0; i < at->pixels; i++, y += at->step) {
        *y = thimble_sparse_scale(at->settings, all[i], scaling);
    }
}

void thimble_sparse_conv2d_run(const thimble_sparse_conv2d *p, const void *params,
                               thimble_sparse_four_pixels four_pixels, const int8_t *input, int8_t *output,
                               void *scratch)
{
    const int32_t line_bytes = p->in_channels * p->stride_width * p->line;
    const thimble_sparse_output *o = &p->output;
    uint8_t *const lines = scratch;
    int32_t kept = 0;
    thimble_sparse_place at = {
        .scaling = o->scaling,
        .step = p->out_channels,
        .half = 2 * o->output_zero + 1,
        .twice = o->rounding == THIMBLE_ROUND_TWICE ? 2048 : 0,
        .settings = o,
    };
    thimble_sparse_fill(p, scratch, p->kernel_height * line_bytes);
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        if (kept > 0) {
            const int32_t from = (p->kernel_height - kept) * line_bytes;
            thimble_sparse_move(scratch, (const uint32_t *)scratch + from / 4, kept * line_bytes / 4);
        }
        const int32_t top = oy * p->stride_height - p->pad_top;
        for (int32_t ky = kept; ky < p->kernel_height; ky++) {
            thimble_sparse_spread_line(p, input, top + ky * p->dilation_height, lines + ky * line_bytes);
        }
        kept = p->kept_lines;
        for (int32_t left = p->out_width, x = 0; left > 0; left -= PIXELS, x += PIXELS) {
            at.x = lines + x;
            at.output = output;
            at.end = output + p->out_channels;
            at.pixels = left < PIXELS ? left : PIXELS;
            at.fast = left >= PIXELS && o->split;
            four_pixels(params, &at);
            output += at.pixels * p->out_channels;
        }
    }
#if THIMBLE_HAS_DSP
    if (o->output_min > INT8_MIN || o->output_max < INT8_MAX) {
        const int32_t outputs = p->out_height * p->out_width * p->out_channels;
        thimble_sparse_clamp(o, output - outputs, outputs);
    }
#endif
}
