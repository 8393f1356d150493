/* int8 convolution with two products in one SMLAD, two filters and four output pixels at a time.
 *
 * The windows of four pixels are first spread out in scratch memory as pairs of 16-bit taps, the four pixels'
 * words of a pair side by side. One load and two SXTB16 then give the pair's weights of two filters, two
 * LDM the pixels, and eight SMLAD do 16 products: 13 instructions.
 *
 * From a total T to an output: SMMLAR(2T, multiplier, a) = round(T * multiplier / 2^31) + a, half towards plus
 * infinity, as the reference has it. That is h + a, and (h + 2^(r-1) - [h < 0]) >> r is h / 2^r, half away from
 * zero; the zero point shifted by r goes into the same sum. h is negative where T is, but for T = -1, where the
 * output is the zero point either way. Where it is to be rounded only once, h is that of SMMLA, which drops what
 * is less than 1, and (h + 2^(r-1)) >> r the output. */
#include "thimble_conv2d_s8_m4.h"
#include "thimble_dsp.h"
#include "thimble_naked.h"
#include "thimble_requantize.h"
#include "thimble_small.h"

enum { PIXELS = 4 };

/* What the inner loops need: four pixels, all filters. The assembly knows the order of the members. */
typedef struct {
    const uint32_t *words; /* for each pair of taps: pixels 0 to 3 */
    const uint32_t *weights;
    const int32_t *scaling;
    int8_t *output;   /* of the first pixel */
    int32_t channels;
    int32_t pairs;    /* of taps */
    int32_t rounding; /* 2 * output_zero + 1: half a unit and the zero point, in halves */
    int32_t low, high;
    int32_t clamps;   /* whether low and high are not those of int8 */
    int32_t once;     /* whether the reference rounds only once */
} block;

#if THIMBLE_HAS_DSP

/* Registers in the loop over taps: r0 words, r1 weights, r2 r3 a pair of weights of two filters, r4 r5 words,
 * r6 to r9 the first filter's totals, r10 to lr the second's. On the stack: the block, with 20 the end of the
 * words in place of `pairs`; 44 where to enter the loop, 48 the end of the first pixel's outputs. */
THIMBLE_NAKED static void four_pixels(const block *b)
{
    __asm__(
        ".syntax unified\n"
        /* 48 bytes of code. */
        ".macro pair_of_taps\n"
        "ldr r2, [r1], #4\n"
        "ldm r0!, {r4, r5}\n"
        "sxtb16 r3, r2\n"
        "sxtb16 r2, r2, ror #8\n"
        "smlad r6, r3, r4, r6\n smlad r10, r2, r4, r10\n"
        "smlad r7, r3, r5, r7\n smlad r11, r2, r5, r11\n"
        "ldm r0!, {r4, r5}\n"
        "smlad r8, r3, r4, r8\n smlad r12, r2, r4, r12\n"
        "smlad r9, r3, r5, r9\n smlad lr, r2, r5, lr\n"
        ".endm\n"

        ".macro clamp total\n"
        "cmp \\total, r2\n it lt\n movlt \\total, r2\n"
        "cmp \\total, r3\n it gt\n movgt \\total, r3\n"
        ".endm\n"

        /* A total to an output. r2 multiplier, r3 shift, r1 rounding. */
        ".macro scale total\n"
        "add r0, r1, \\total, asr #31\n lsl \\total, \\total, #1\n smmlar \\total, \\total, r2, r0\n"
        "asr \\total, \\total, r3\n ssat \\total, #8, \\total\n"
        ".endm\n"

        ".macro scale_once total\n"
        "lsl \\total, \\total, #1\n smmla \\total, \\total, r2, r1\n"
        "asr \\total, \\total, r3\n ssat \\total, #8, \\total\n"
        ".endm\n"

        /* Four pixels of a filter; r0 the scaling. Leaves r4 and r5 the output and the channels. */
        ".macro finish a, b, c, d, at\n"
        "ldrd r2, r3, [r0, #\\at + 4]\n"
        "ldr r1, [sp, #24]\n lsl r1, r1, r3\n asr r1, r1, #1\n"
        "ldr r0, [sp, #40]\n cbnz r0, 7f\n"
        "scale \\a\n scale \\b\n scale \\c\n scale \\d\n"
        "b 8f\n"
        "7: scale_once \\a\n scale_once \\b\n scale_once \\c\n scale_once \\d\n"
        "8: ldr r0, [sp, #36]\n cbz r0, 1f\n"
        "ldrd r2, r3, [sp, #28]\n"
        "clamp \\a\n clamp \\b\n clamp \\c\n clamp \\d\n"
        "1: add r1, r5, r5, lsl #1\n"
        "strb \\a, [r4]\n strb \\b, [r4, r5]\n strb \\c, [r4, r5, lsl #1]\n strb \\d, [r4, r1]\n"
        "add r4, r4, #1\n"
        ".endm\n");
    __asm__(
        "push {r4-r11, lr}\n"
        "sub sp, #52\n"
        "ldm r0, {r1-r11}\n stm sp, {r1-r11}\n"
        "add r11, r1, r6, lsl #4\n str r11, [sp, #20]\n"
        "rsb r6, r6, #0\n and r6, r6, #7\n" /* pairs that are missing to a multiple of 8 */
        "movs r7, #48\n mul r6, r7, r6\n"
        "adr r7, 3f\n add r6, r6, r7\n str r6, [sp, #44]\n"
        "add r6, r4, r5\n str r6, [sp, #48]\n"
        "mov r1, r2\n"

        "2:\n" /* two filters */
        "ldr r5, [sp, #8]\n ldr r6, [r5]\n ldr r10, [r5, #12]\n"
        "mov r7, r6\n mov r8, r6\n mov r9, r6\n"
        "mov r11, r10\n mov r12, r10\n mov lr, r10\n"
        "ldr r0, [sp, #0]\n"
        "ldr r5, [sp, #44]\n mov pc, r5\n"
        ".p2align 2\n"
        "3:\n"
        ".rept 8\n"
        "pair_of_taps\n"
        ".endr\n"
        "ldr r2, [sp, #20]\n cmp r0, r2\n bne 3b\n"

        "str r1, [sp, #4]\n"
        "ldr r0, [sp, #8]\n ldrd r4, r5, [sp, #12]\n"
        "finish r6, r7, r8, r9, 0\n"
        "ldr r0, [sp, #48]\n cmp r4, r0\n beq 4f\n" /* the last of an odd number of filters */
        "ldr r0, [sp, #8]\n"
        "add r1, r0, #24\n str r1, [sp, #8]\n"
        "finish r10, r11, r12, lr, 12\n"
        "str r4, [sp, #12]\n ldr r1, [sp, #4]\n"
        "ldr r0, [sp, #48]\n cmp r4, r0\n bne 2b\n"
        "4:\n"
        "add sp, #52\n"
        "pop {r4-r11, pc}\n"
        ".purgem pair_of_taps\n"
        ".purgem clamp\n"
        ".purgem scale\n"
        ".purgem scale_once\n"
        ".purgem finish\n");
}

#else

/* The same arithmetic in C. */
static int8_t scaled(const block *b, int32_t total, const int32_t *scaling)
{
    const int32_t shift = scaling[2];
    const int32_t rounding = b->rounding * (1 << shift) / 2;
    int32_t h = (int32_t)((int64_t)total * scaling[1] >> 31);
    if (!b->once) {
        h = thimble_doubling_high_mul(total, scaling[1]);
        h -= h < 0 ? 1 : 0;
    }
    return thimble_clamp_s8((h + rounding) >> shift, b->low, b->high);
}

static void four_pixels(const block *b)
{
    const uint32_t *w = b->weights;
    const int32_t *scaling = b->scaling;
    for (int32_t c = 0; c < b->channels; c += 2, scaling += 6) {
        const uint32_t *x = b->words;
        int32_t first[PIXELS], second[PIXELS];
        for (int i = 0; i < PIXELS; i++) {
            first[i] = scaling[0];
            second[i] = scaling[3];
        }
        for (int32_t k = 0; k < b->pairs; k++, w++) {
            const uint32_t even = thimble_even_bytes(*w), odd = thimble_odd_bytes(*w);
            for (int i = 0; i < PIXELS; i++, x++) {
                first[i] = thimble_multiply_halves(even, *x, first[i]);
                second[i] = thimble_multiply_halves(odd, *x, second[i]);
            }
        }
        for (int i = 0; i < PIXELS; i++) {
            int8_t *y = b->output + i * b->channels + c;
            y[0] = scaled(b, first[i], scaling);
            if (c + 1 < b->channels) {
                y[1] = scaled(b, second[i], scaling + 3);
            }
        }
    }
}

#endif

/* Where the next tap of a pixel goes: `word` is that of its pair; `odd` says that it is the pair's second. */
typedef struct {
    uint32_t *word;
    int32_t odd;
} cursor;

/* Four taps. */
static inline void spread_4(uint32_t *word, const int8_t *from)
{
    const uint32_t bytes = thimble_load_4(from);
    const uint32_t even = thimble_even_bytes(bytes), odd = thimble_odd_bytes(bytes);
    word[0] = thimble_lower_halves(even, odd);
    word[PIXELS] = thimble_upper_halves(even, odd);
}

/* Taps that touch each other in the image. */
static inline cursor spread(cursor to, const int8_t *from, int32_t n)
{
    uint32_t *word = to.word;
    if (to.odd && n > 0) {
        *word |= (uint32_t)*from++ << 16;
        word += PIXELS;
        to.odd = 0;
        n--;
    }
    for (const int8_t *end = from + (n & ~7); from != end; from += 8, word += 4 * PIXELS) {
        spread_4(word, from);
        spread_4(word + 2 * PIXELS, from + 4);
    }
    if (n & 4) {
        spread_4(word, from);
        from += 4;
        word += 2 * PIXELS;
    }
    if (n & 2) {
        *word = thimble_lower_halves((uint32_t)from[0], (uint32_t)from[1]);
        from += 2;
        word += PIXELS;
    }
    if (n & 1) {
        *word = (uint16_t)*from;
        to.odd = 1;
    }
    to.word = word;
    return to;
}

/* Taps in the padding. */
THIMBLE_SMALL static cursor pad(cursor to, int8_t zero, int32_t n)
{
    if (to.odd && n > 0) {
        *to.word |= (uint32_t)zero << 16;
        to.word += PIXELS;
        to.odd = 0;
        n--;
    }
    for (; n > 1; n -= 2, to.word += PIXELS) {
        *to.word = (uint16_t)zero | (uint32_t)zero << 16;
    }
    if (n > 0) {
        *to.word = (uint16_t)zero;
        to.odd = 1;
    }
    return to;
}

/* Where a pixel's window starts; may lie outside the image. */
typedef struct {
    int32_t top, left;
} place;

/* A line of a window: the places before the image, those inside, those behind. */
static inline cursor spread_line(const thimble_conv2d_s8_m4_params *p, const int8_t *line, int32_t left, cursor to)
{
    if (p->dilation_width == 1) {
        int32_t before = left < 0 ? -left : 0, behind = left + p->kernel_width - p->in_width;
        before = before < p->kernel_width ? before : p->kernel_width;
        behind = behind < 0 ? 0 : behind < p->kernel_width ? behind : p->kernel_width;
        to = pad(to, p->input_zero, before * p->in_channels);
        if (before + behind < p->kernel_width) {
            to = spread(to, line + (left + before) * p->in_channels,
                        (p->kernel_width - before - behind) * p->in_channels);
        }
        return pad(to, p->input_zero, behind * p->in_channels);
    }
    for (int32_t kx = 0; kx < p->kernel_width; kx++) {
        const int32_t x = left + kx * p->dilation_width;
        to = x >= 0 && x < p->in_width ? spread(to, line + x * p->in_channels, p->in_channels)
                                       : pad(to, p->input_zero, p->in_channels);
    }
    return to;
}

/* A window that lies inside the image and has no gaps, to every fourth word from `word`. */
__attribute__((noinline)) static void spread_inside(const int8_t *from, int32_t line, int32_t run, int32_t lines,
                                                    uint32_t *word)
{
    cursor to = {word, 0};
    for (; lines > 0; lines--, from += line) {
        to = spread(to, from, run);
    }
}

/* Any window. */
__attribute__((noinline)) static void spread_border(const thimble_conv2d_s8_m4_params *p, const int8_t *input,
                                                    place at, uint32_t *word)
{
    const int32_t line = p->in_width * p->in_channels;
    cursor to = {word, 0};
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        const int32_t y = at.top + ky * p->dilation_height;
        to = y >= 0 && y < p->in_height ? spread_line(p, input + y * line, at.left, to)
                                        : pad(to, p->input_zero, p->kernel_width * p->in_channels);
    }
}

/* Pixels `first` to 3 of a group, and where the next one is. */
static place spread_pixels(const thimble_conv2d_s8_m4_params *p, const int8_t *input, place at, uint32_t *words,
                           int32_t first)
{
    const int32_t channels = p->in_channels, line = p->in_width * channels, run = p->kernel_width * channels;
    const int32_t end = p->out_width * p->stride_width - p->pad_left;
    /* Windows that start at or before these places end inside. */
    const int dilated = p->dilation_height != 1 || p->dilation_width != 1;
    const int32_t last_top = dilated ? -1 : p->in_height - p->kernel_height;
    const int32_t last_left = p->in_width - p->kernel_width;
    for (int32_t i = first; i < PIXELS; i++) {
        if (at.top >= 0 && at.left >= 0 && at.top <= last_top && at.left <= last_left) {
            spread_inside(input + at.top * line + at.left * channels, line, run, p->kernel_height, words + i);
        } else {
            spread_border(p, input, at, words + i);
        }
        at.left += p->stride_width;
        if (at.left == end) {
            at.left = -p->pad_left;
            at.top += p->stride_height;
        }
    }
    return at;
}

/* Makes room for `left` pixels at the end of a group: the others move to its beginning. */
THIMBLE_SMALL static void keep_pixels(uint32_t *words, int32_t pairs, int32_t left)
{
    for (int32_t k = 0; k < pairs; k++, words += PIXELS) {
        for (int32_t i = 0; i + left < PIXELS; i++) {
            words[i] = words[i + left];
        }
    }
}

void thimble_conv2d_s8_m4(const thimble_conv2d_s8_m4_params *p, const int8_t *input, int8_t *output,
                          void *scratch)
{
    const int32_t pairs = (p->kernel_height * p->kernel_width * p->in_channels + 1) / 2;
    const int32_t pixels = p->out_height * p->out_width;
    uint32_t *const words = scratch;
    block b = {words, p->weights, p->scaling, output, p->out_channels, pairs, 2 * p->output_zero + 1,
               p->output_min, p->output_max, p->output_min > -128 || p->output_max < 127,
               p->rounding == THIMBLE_ROUND_ONCE};
    place at = {-p->pad_top, -p->pad_left};
    for (int32_t done = 0; done < pixels; done += PIXELS) {
        /* The last group keeps some pixels of the one before it where its own are fewer. */
        const int32_t left = pixels - done < PIXELS ? pixels - done : PIXELS;
        if (left < PIXELS) {
            keep_pixels(words, pairs, left);
        }
        at = spread_pixels(p, input, at, words, PIXELS - left);
        b.output = output + (done + left - PIXELS) * p->out_channels;
        four_pixels(&b);
    }
}
