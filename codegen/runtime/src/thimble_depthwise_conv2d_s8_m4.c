/* int8 depthwise convolution with two products in one SMLAD, one channel and four pixels of a line at a time.
 *
 * The lines that a channel needs are first spread out in scratch memory as 16-bit halves, with the zero point in
 * the padding: a word then holds two neighbours. Weights and bias are doubled, and so is each total T:
 * SMMLAR(2T, multiplier, a) = round(T * multiplier / 2^31) + a, half towards plus infinity. With r the right
 * shift and a the zero point shifted by r, 2^(r-1), and -1 where T is negative, a shift gives the output, rounded
 * half away from zero. Where it is to be rounded only once, SMMLA drops what is less than 1, and nothing is taken
 * off. */
#include "thimble_depthwise_conv2d_s8_m4.h"
#include "thimble_dsp.h"
#include "thimble_naked.h"
#include "thimble_requantize.h"

enum { PIXELS = 4 };

/* Two weights, doubled. */
static inline uint32_t doubled(int32_t a, int32_t b)
{
    return thimble_lower_halves((uint32_t)a * 2, (uint32_t)b * 2);
}

/* One channel of a band. The assembly knows the order of the members. */
typedef struct {
    uint32_t pairs[6];     /* of a 3x3 kernel, doubled: of each line the first and second, the second and third */
    const int16_t *plane;  /* the first line of the first window */
    int32_t line;          /* from a line of a window to the next */
    int32_t bias, multiplier, shift;
    int32_t rounding;      /* 2^(shift - 1) and the shifted zero point */
    int32_t out_step;
    int8_t *output;
    int32_t length, lines; /* of the output */
    int32_t plane_advance, out_advance; /* from a line of the output to the next */
    int32_t low, high;
    int32_t unusual;       /* whether to clamp to less than int8, or to round once */
    int32_t once;
} channel;

#if THIMBLE_HAS_DSP

/* Registers: r0 the channel, r1 a line of the window, r2 r3 pairs of weights, r4 to r6 halves of the line, r7 to r10
 * totals, r11 from line to line, r12 output, lr outputs left in the line. */
#define BEGIN                                                                                                          \
    ".syntax unified\n"                                                                                                \
    "push {r4-r11, lr}\n"                                                                                              \
    "ldr r11, [r0, #28]\n"                                                                                             \
    "0:\n" /* a line */                                                                                                \
    "ldr r1, [r0, #24]\n ldr r12, [r0, #52]\n ldr lr, [r0, #56]\n"

/* Four totals to outputs, and on to the next four; those behind the line's end are not written. */
#define END                                                                                                            \
    ".macro scale total\n"                                                                                             \
    "add r6, r4, \\total, asr #31\n smmlar \\total, \\total, r2, r6\n"                                                 \
    "asr \\total, \\total, r3\n ssat \\total, #8, \\total\n"                                                           \
    ".endm\n"                                                                                                          \
    ".macro scale_once total\n"                                                                                        \
    "smmla \\total, \\total, r2, r4\n asr \\total, \\total, r3\n ssat \\total, #8, \\total\n"                          \
    ".endm\n"                                                                                                          \
    ".macro clamp total\n"                                                                                             \
    "cmp \\total, r2\n it lt\n movlt \\total, r2\n"                                                                    \
    "cmp \\total, r3\n it gt\n movgt \\total, r3\n"                                                                    \
    ".endm\n"                                                                                                          \
    "ldrd r2, r3, [r0, #36]\n ldrd r4, r5, [r0, #44]\n"                                                                \
    "ldr r6, [r0, #80]\n cbnz r6, 3f\n"                                                                                \
    "scale r7\n scale r8\n scale r9\n scale r10\n"                                                                     \
    "2:\n"                                                                                                             \
    "subs lr, lr, #4\n blt 6f\n"                                                                                       \
    "strb r7, [r12]\n strb r8, [r12, r5]\n strb r9, [r12, r5, lsl #1]\n"                                               \
    "add r6, r5, r5, lsl #1\n strb r10, [r12, r6]\n"                                                                   \
    "add r12, r12, r5, lsl #2\n"                                                                                       \
    "bgt 1b\n"                                                                                                         \
    "b 7f\n"                                                                                                           \
    "3:\n"                                                                                                             \
    "ldr r6, [r0, #84]\n cbnz r6, 4f\n"                                                                                \
    "scale r7\n scale r8\n scale r9\n scale r10\n"                                                                     \
    "b 5f\n"                                                                                                           \
    "4: scale_once r7\n scale_once r8\n scale_once r9\n scale_once r10\n"                                              \
    "5: ldrd r2, r3, [r0, #72]\n"                                                                                      \
    "clamp r7\n clamp r8\n clamp r9\n clamp r10\n"                                                                     \
    "b 2b\n"                                                                                                           \
    "6:\n" /* one to three are left */                                                                                 \
    "strb r7, [r12]\n adds lr, lr, #3\n beq 7f\n"                                                                      \
    "strb r8, [r12, r5]\n subs lr, lr, #1\n beq 7f\n"                                                                  \
    "strb r9, [r12, r5, lsl #1]\n"                                                                                     \
    "7:\n"                                                                                                             \
    "ldr r1, [r0, #24]\n ldr r2, [r0, #52]\n ldrd r3, r4, [r0, #60]\n ldr r5, [r0, #68]\n"                             \
    "add r1, r1, r4\n add r2, r2, r5\n"                                                                                \
    "str r1, [r0, #24]\n str r2, [r0, #52]\n"                                                                          \
    "subs r3, r3, #1\n str r3, [r0, #60]\n"                                                                            \
    "bne 0b\n"                                                                                                         \
    "pop {r4-r11, pc}\n"                                                                                               \
    ".purgem scale\n .purgem scale_once\n .purgem clamp\n"

/* A line of the window for four pixels. `sum` holds what the totals start from in the first line, and is then
 * the first total; the others are `sum` there, and themselves later. */
THIMBLE_NAKED static void three_by_three(channel *c)
{
    __asm__(BEGIN
            ".macro line at, b, c, d\n"
            "ldm r1, {r4, r5, r6}\n ldrd r2, r3, [r0, #\\at]\n"
            "smlad r8, r5, r3, \\b\n smlad r9, r5, r2, \\c\n smlad r10, r6, r3, \\d\n smlad r7, r4, r2, r7\n"
            "smlabt r8, r2, r4, r8\n smlatb r9, r3, r6, r9\n smlabt r10, r2, r5, r10\n smlatb r7, r3, r5, r7\n"
            ".endm\n"
            "1: ldr r7, [r0, #32]\n"
            "line 0, r7, r7, r7\n"
            "add r1, r1, r11\n"
            "line 8, r8, r9, r10\n"
            "add r1, r1, r11\n"
            "line 16, r8, r9, r10\n"
            "sub r1, r1, r11, lsl #1\n add r1, r1, #8\n" END ".purgem line\n");
}

/* The same with two places from pixel to pixel. */
THIMBLE_NAKED static void three_by_three_by_two(channel *c)
{
    __asm__(BEGIN
            ".macro line at, b, c, d\n"
            "ldm r1, {r4, r5, r6}\n ldrd r2, r3, [r0, #\\at]\n"
            "smlad r8, r5, r2, \\b\n smlad r9, r6, r2, \\c\n smlatb r8, r3, r6, r8\n"
            "smlad r7, r4, r2, r7\n smlatb r7, r3, r5, r7\n"
            "ldrd r4, r5, [r1, #12]\n"
            "smlatb r9, r3, r4, r9\n smlad r10, r4, r2, \\d\n smlatb r10, r3, r5, r10\n"
            ".endm\n"
            "1: ldr r7, [r0, #32]\n"
            "mov r10, r7\n" /* overwritten before the fourth total begins */
            "line 0, r7, r7, r10\n"
            "add r1, r1, r11\n"
            "line 8, r8, r9, r10\n"
            "add r1, r1, r11\n"
            "line 16, r8, r9, r10\n"
            "sub r1, r1, r11, lsl #1\n add r1, r1, #16\n" END ".purgem line\n");
}

/* What the assembly serves. */
static inline int is_three_by_three(const thimble_depthwise_conv2d_s8_m4_params *p)
{
    return p->kernel_lines == 3 && p->kernel_length == 3 && p->stride_length <= 2;
}

static void compute_three_by_three(channel *c, const int8_t *w, int32_t stride)
{
    for (int32_t i = 0; i < 6; i += 2, w += 3) {
        c->pairs[i] = doubled(w[0], w[1]);
        c->pairs[i + 1] = doubled(w[1], w[2]);
    }
    if (stride == 1) {
        three_by_three(c);
    } else {
        three_by_three_by_two(c);
    }
}

#endif

/* A doubled total to an output. */
__attribute__((noinline)) static int8_t scaled(const channel *c, int32_t total)
{
    const int64_t product = (int64_t)total * c->multiplier + (c->once ? 0 : INT64_C(1) << 31);
    const int32_t high = (int32_t)(product >> 32) - (total < 0 && !c->once ? 1 : 0);
    return thimble_clamp_s8((high + c->rounding) >> c->shift, c->low, c->high);
}

/* What any kernel needs beside a channel. */
typedef struct {
    const uint32_t *words; /* the weights, doubled, in pairs; a line of an odd number ends with 0 */
    int32_t lines, pairs;  /* of the kernel */
    int32_t stride;        /* along a line */
} window;

/* Four pixels; their windows may reach behind the image, where `sums` is of no use. */
__attribute__((noinline)) static void four_windows(const channel *c, const window *w, const int16_t *line, int32_t *sums)
{
    const uint32_t *word = w->words;
    int32_t s0 = c->bias, s1 = s0, s2 = s0, s3 = s0;
    for (int32_t l = 0; l < w->lines; l++, line += c->line / 2) {
        const int16_t *x0 = line, *x1 = x0 + w->stride, *x2 = x1 + w->stride, *x3 = x2 + w->stride;
        for (int32_t k = 0; k < w->pairs; k++, word++, x0 += 2, x1 += 2, x2 += 2, x3 += 2) {
            s0 = thimble_multiply_halves(thimble_load_halves(x0), *word, s0);
            s1 = thimble_multiply_halves(thimble_load_halves(x1), *word, s1);
            s2 = thimble_multiply_halves(thimble_load_halves(x2), *word, s2);
            s3 = thimble_multiply_halves(thimble_load_halves(x3), *word, s3);
        }
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}

/* All lines of a band through any kernel. */
__attribute__((noinline)) static void any_kernel(const channel *c, const window *w)
{
    for (int32_t l = 0; l < c->lines; l++) {
        const int16_t *line = c->plane + l * (c->plane_advance / 2);
        int8_t *out = c->output + l * c->out_advance;
        for (int32_t x = 0; x < c->length; x += PIXELS, line += PIXELS * w->stride) {
            int32_t sums[PIXELS];
            four_windows(c, w, line, sums);
            for (int32_t i = 0; i < PIXELS && x + i < c->length; i++, out += c->out_step) {
                *out = scaled(c, sums[i]);
            }
        }
    }
}

/* The weights of a channel in pairs. */
__attribute__((noinline)) static void spread_weights(uint32_t *word, const int8_t *w, int32_t lines, int32_t length)
{
    for (int32_t l = 0; l < lines; l++) {
        for (int32_t k = 0; k < length; k += 2, word++) {
            *word = doubled(w[k], k + 1 < length ? w[k + 1] : 0);
        }
        w += length;
    }
}

/* Four pixels; `thrice` is three steps. */
static inline void spread_4(int16_t *to, const int8_t *from, int32_t step, int32_t thrice)
{
#if THIMBLE_HAS_DSP
    /* So that compilers do not unroll the loop around it. */
    int32_t a, b, c, d;
    __asm__ volatile(
        "ldrsb %0, [%4]\n ldrsb %1, [%4, %5]\n ldrsb %2, [%4, %5, lsl #1]\n ldrsb %3, [%4, %6]\n"
        "strh %0, [%7]\n strh %1, [%7, #2]\n strh %2, [%7, #4]\n strh %3, [%7, #6]\n"
        : "=&r"(a), "=&r"(b), "=&r"(c), "=&r"(d)
        : "r"(from), "r"(step), "r"(thrice), "r"(to)
        : "memory");
#else
    to[0] = from[0];
    to[1] = from[step];
    to[2] = from[2 * step];
    to[3] = from[thrice];
#endif
}

/* The pixels of a channel in a line. */
static inline void spread_line(int16_t *to, const int8_t *from, int32_t step, int32_t n)
{
    for (const int16_t *const end = to + (n & ~3); to != end; to += 4, from += 4 * step) {
        spread_4(to, from, step, 3 * step);
    }
    if (n & 2) {
        to[0] = from[0];
        to[1] = from[step];
        to += 2;
        from += 2 * step;
    }
    if (n & 1) {
        *to = *from;
    }
}

/* Where a band lies in the input: the lines in the image, and the place of the first pixel in scratch memory. */
typedef struct {
    const int8_t *input;
    int16_t *to;
    int32_t lines, length;
} source;

static source source_of(const thimble_depthwise_conv2d_s8_m4_params *p, const int8_t *input, int16_t *plane, int32_t top)
{
    const int32_t above = top < 0 ? -top : 0, first = top + above;
    int32_t lines = p->plane_lines - above, length = p->plane_length - p->pad_length;
    lines = lines < p->in_lines - first ? lines : p->in_lines - first;
    length = length < p->in_length ? length : p->in_length;
    const source s = {input + first * (int32_t)p->in_line_step, plane + above * p->plane_length + p->pad_length,
                      lines, length};
    return s;
}

/* A channel's lines of a band. */
__attribute__((noinline)) static void spread_channel(const thimble_depthwise_conv2d_s8_m4_params *p, const source *s, int32_t channel_index)
{
    const int8_t *from = s->input + channel_index;
    int16_t *to = s->to;
    for (int32_t l = 0; l < s->lines; l++, from += p->in_line_step, to += p->plane_length) {
        spread_line(to, from, (int32_t)p->in_step, s->length);
    }
}

/* Both halves of every word. */
__attribute__((noinline)) static void fill(uint32_t *word, int32_t n, int32_t zero)
{
    for (; n > 0; n--) {
        *word++ = thimble_lower_halves((uint32_t)zero, (uint32_t)zero);
    }
}

/* An output channel of a band. */
static void compute(const thimble_depthwise_conv2d_s8_m4_params *p, channel *c, int32_t index, uint32_t *words)
{
    const int8_t *weights = p->weights + index * p->kernel_lines * p->kernel_length;
    const int32_t *scaling = p->scaling + 3 * index;
    c->bias = 2 * scaling[0];
    c->multiplier = scaling[1];
    c->shift = scaling[2];
    c->rounding = (2 * p->output_zero + 1) * (INT32_C(1) << (scaling[2] - 1));
#if THIMBLE_HAS_DSP
    if (is_three_by_three(p)) {
        compute_three_by_three(c, weights, p->stride_length);
        return;
    }
#endif
    spread_weights(words, weights, p->kernel_lines, p->kernel_length);
    const window w = {words, p->kernel_lines, (p->kernel_length + 1) / 2, p->stride_length};
    any_kernel(c, &w);
}

static void compute_band(const thimble_depthwise_conv2d_s8_m4_params *p, const int8_t *input, int8_t *output,
                         uint32_t *words, int32_t first, int32_t lines)
{
    uint32_t *const plane_words = words + p->kernel_lines * ((p->kernel_length + 1) / 2);
    int16_t *const plane = (int16_t *)plane_words;
    const source s = source_of(p, input, plane, first * p->stride_lines - p->pad_lines);
    const int once = p->rounding == THIMBLE_ROUND_ONCE;
    const int clamps = p->output_min > INT8_MIN || p->output_max < INT8_MAX;
    channel c = {{0}, plane, 2 * p->plane_length * p->dilation_lines, 0, 0, 0, 0, (int32_t)p->out_step, output,
                 p->out_length, lines, 2 * p->plane_length * p->stride_lines, (int32_t)p->out_line_step,
                 p->output_min, p->output_max, clamps || once, once};
    fill(plane_words, p->plane_lines * p->plane_length / 2, p->input_zero);
    for (int32_t i = 0; i < p->channels; i++) {
        spread_channel(p, &s, i);
        for (int32_t m = i * p->channel_multiplier; m < (i + 1) * p->channel_multiplier; m++) {
            c.plane = plane;
            c.output = output + first * (int32_t)p->out_line_step + m;
            c.lines = lines;
            compute(p, &c, m, words);
        }
    }
}

void thimble_depthwise_conv2d_s8_m4(const thimble_depthwise_conv2d_s8_m4_params *p, const int8_t *input,
                                    int8_t *output, void *scratch)
{
    for (int32_t first = 0; first < p->out_lines; first += p->band) {
        const int32_t left = p->out_lines - first;
        compute_band(p, input, output, scratch, first, left < p->band ? left : p->band);
    }
}
