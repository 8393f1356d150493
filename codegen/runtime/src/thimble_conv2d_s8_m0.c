/* int8 convolution with two multiplications in one 32-bit MULS, four output pixels at a time.
 *
 * The taps of two pixels x, y share a word, x + y * 2^16. A weight times that word, modulo 2^32, is both
 * products, and the sum over a pair of taps keeps both apart: its magnitude is at most 255 * 128 = 32,640,
 * so it fits in 16 bits with its sign. Of the word s of such a pair of sums, (s + 2^15) >> 16 is exactly the
 * sum of y, because what x borrows from the upper half is less than half a unit of it. Let `high` add those
 * up, and `all` add up the words s: then the sum of x is all - high * 2^16 modulo 2^32, exact again.
 *
 * From a total T (sum and bias) to an output without a long multiplication, see thimble_split_requantize.h. */
#include "thimble_conv2d_s8_m0.h"
#include "thimble_naked.h"
#include "thimble_split_requantize.h"

enum { PIXELS = 4, PAIR_WORDS = 4 };

/* What the inner loops need: four pixels, all channels. */
typedef struct {
    const uint32_t *words; /* for each pair of taps: pixels 0 and 1 (2 words), pixels 2 and 3 (2 words) */
    const int8_t *weights;
    const int32_t *scaling;
    int8_t *output;   /* of the first pixel */
    int32_t channels;
    int32_t taps;
    int32_t twice; /* -2048 where the reference rounds twice, or 0 */
} block;

#if defined(__ARM_ARCH_6M__)

/* Registers in the loop over taps: r0 words, r1 weights, r2 r3 a pair of weights, r4 r5 a pair of words, r6 r7
 * `high`, r8 r9 `all`, r10 the end of the words of pairs. On the stack: 0 block, 4 scaling, 8 output, 12 end of
 * the pairs, 16 where to enter the loop, 20 the weights that this entry skips, 24 end of the weights, 28 the
 * next filter. */
THIMBLE_NAKED static void four_pixels(const block *b)
{
    __asm__(
        ".syntax unified\n"
        /* The shift leaves bit 15 in the carry flag, so that ADCS rounds for nothing. */
        ".macro two_pixels all, high\n"
        "ldm r0!, {r4, r5}\n"
        "muls r4, r2, r4\n"
        "muls r5, r3, r5\n"
        "adds r4, r4, r5\n"
        "add \\all, r4\n"
        "asrs r4, r4, #16\n"
        "adcs \\high, r4\n"
        ".endm\n"

        /* A total to an output. r8 r9 its limits, r10 r11 r12 the multiplier, r1 the shift, lr the offset, r0 `twice`. */
        ".macro scale total\n"
        "cmp \\total, r9\n ble 1f\n mov \\total, r9\n"
        "1: cmp \\total, r8\n bge 1f\n mov \\total, r8\n"
        "1: mov r2, r12\n muls r2, \\total, r2\n asrs r2, r2, #10\n"
        "mov r3, r11\n muls r3, \\total, r3\n adds r2, r2, r3\n asrs r2, r2, #10\n"
        "asrs r3, \\total, #31\n ands r3, r0\n adds r2, r2, r3\n"
        "mov r3, r10\n muls \\total, r3, \\total\n adds \\total, \\total, r2\n"
        "add \\total, lr\n asrs \\total, r1\n"
        ".endm\n");
    __asm__(
        "push {r4-r7, lr}\n"
        "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
        "push {r4-r7}\n"
        "sub sp, #32\n"
        "str r0, [sp, #0]\n"
        "ldr r1, [r0, #8]\n str r1, [sp, #4]\n"
        "ldr r1, [r0, #12]\n str r1, [sp, #8]\n"
        "ldr r2, [r0, #20]\n ldr r3, [r0, #0]\n"
        "lsrs r4, r2, #1\n"                 /* pairs of taps */
        "lsls r5, r4, #4\n adds r3, r3, r5\n str r3, [sp, #12]\n"
        "negs r5, r4\n movs r6, #7\n ands r6, r5\n" /* pairs that are missing to a multiple of 8 */
        "lsls r5, r6, #1\n str r5, [sp, #20]\n"
        "movs r5, #36\n muls r6, r5, r6\n"  /* bytes of code for a pair */
        "adr r5, 3f\n adds r5, r5, r6\n str r5, [sp, #16]\n"
        "ldr r3, [r0, #16]\n muls r3, r2, r3\n ldr r1, [r0, #4]\n adds r3, r3, r1\n str r3, [sp, #24]\n"

        "2:\n" /* one channel */
        "ldr r0, [sp, #0]\n ldr r0, [r0, #0]\n"
        "ldr r4, [sp, #12]\n mov r10, r4\n"
        "movs r6, #0\n movs r7, #0\n mov r8, r6\n mov r9, r6\n"
        "ldr r4, [sp, #20]\n subs r1, r1, r4\n"
        "ldr r4, [sp, #16]\n mov pc, r4\n"
        ".p2align 2\n"
        "3:\n"
        ".irp tap, 0, 2, 4, 6, 8, 10, 12, 14\n"
        "ldrb r2, [r1, #\\tap]\n"
        "ldrb r3, [r1, #\\tap + 1]\n"
        "sxtb r2, r2\n"
        "sxtb r3, r3\n"
        "two_pixels r8, r6\n"
        "two_pixels r9, r7\n"
        ".endr\n"
        "adds r1, #16\n"
        "cmp r0, r10\n"
        "beq 4f\n"
        "b 3b\n"
        "4:\n"
        "ldr r5, [sp, #0]\n ldr r4, [r5, #20]\n"
        "lsrs r4, r4, #1\n bcc 5f\n"        /* the last of an odd number of taps */
        "ldrb r2, [r1]\n sxtb r2, r2\n adds r1, #1\n"
        "ldm r0!, {r3, r4}\n"
        "muls r3, r2, r3\n muls r4, r2, r4\n"
        "add r8, r3\n asrs r3, r3, #16\n adcs r6, r3\n"
        "add r9, r4\n asrs r4, r4, #16\n adcs r7, r4\n");
    __asm__(
        "5:\n" /* four totals to r4 to r7 */
        "str r1, [sp, #28]\n"
        "ldr r0, [sp, #4]\n ldm r0!, {r1, r2, r3}\n mov lr, r0\n"
        "lsls r0, r6, #16\n mov r4, r8\n subs r4, r4, r0\n mov r5, r6\n"
        "lsls r0, r7, #16\n mov r6, r9\n subs r6, r6, r0\n"
        "adds r4, r4, r1\n adds r5, r5, r1\n adds r6, r6, r1\n adds r7, r7, r1\n"
        /* the channel's constants */
        "lsrs r0, r2, #20\n mov r10, r0\n"
        "lsls r0, r2, #12\n lsrs r0, r0, #22\n mov r11, r0\n"
        "lsls r0, r2, #22\n lsrs r0, r0, #22\n mov r12, r0\n"
        "uxtb r1, r3\n"
        "asrs r0, r3, #20\n lsls r0, r1\n mov r9, r0\n"
        "lsls r0, r3, #12\n asrs r0, r0, #20\n lsls r0, r1\n mov r8, r0\n"
        "adds r1, #11\n"
        "mov r0, lr\n ldm r0!, {r2}\n mov lr, r2\n str r0, [sp, #4]\n"
        "ldr r0, [sp, #0]\n ldr r0, [r0, #24]\n"
        "scale r4\n scale r5\n scale r6\n scale r7\n"
        "ldr r0, [sp, #8]\n adds r2, r0, #1\n str r2, [sp, #8]\n"
        "ldr r3, [sp, #0]\n ldr r3, [r3, #16]\n"
        "strb r4, [r0]\n strb r5, [r0, r3]\n"
        "adds r0, r0, r3\n adds r0, r0, r3\n"
        "strb r6, [r0]\n strb r7, [r0, r3]\n"
        "ldr r1, [sp, #28]\n ldr r4, [sp, #24]\n"
        "cmp r1, r4\n beq 6f\n"
        "b 2b\n"

        "6:\n"
        "add sp, #32\n"
        "pop {r4-r7}\n"
        "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
        "pop {r4-r7, pc}\n"
        ".purgem two_pixels\n"
        ".purgem scale\n");
}

/* r3 to r6 the ends of the sources, r2 counts up to 0, r1 the words. */
THIMBLE_NAKED static void pack(uint32_t *words, const int8_t *const *from, int32_t n)
{
    __asm__(
        ".syntax unified\n"
        "push {r4-r7, lr}\n"
        "mov r7, r0\n ldm r1!, {r3, r4, r5, r6}\n mov r1, r7\n"
        "adds r3, r3, r2\n adds r4, r4, r2\n adds r5, r5, r2\n adds r6, r6, r2\n"
        "negs r2, r2\n"
        "1:\n"
        "ldrsb r0, [r3, r2]\n ldrsb r7, [r4, r2]\n lsls r7, r7, #16\n adds r0, r0, r7\n str r0, [r1]\n"
        "ldrsb r0, [r5, r2]\n ldrsb r7, [r6, r2]\n lsls r7, r7, #16\n adds r0, r0, r7\n str r0, [r1, #8]\n"
        "adds r1, #16\n"
        "adds r2, #1\n"
        "bne 1b\n"
        "pop {r4-r7, pc}\n");
}

#else

/* The same arithmetic in C. What wraps around modulo 2^32 is unsigned. */
static int8_t scaled(const block *b, uint32_t sum, const int32_t *scaling)
{
    return thimble_split_requantize((int32_t)(sum + (uint32_t)scaling[0]), scaling + 1,
                                    b->twice ? THIMBLE_ROUND_TWICE : THIMBLE_ROUND_ONCE);
}

static void pack(uint32_t *words, const int8_t *const *from, int32_t n)
{
    for (int32_t i = 0; i < n; i++, words += PAIR_WORDS) {
        words[0] = (uint32_t)from[0][i] + ((uint32_t)from[1][i] << 16);
        words[2] = (uint32_t)from[2][i] + ((uint32_t)from[3][i] << 16);
    }
}

static void four_pixels(const block *b)
{
    const int8_t *w = b->weights;
    for (int32_t c = 0; c < b->channels; c++) {
        const uint32_t *x = b->words;
        uint32_t all[2] = {0, 0}, high[2] = {0, 0};
        for (int32_t k = 0; k < b->taps; k += 2, w += 2) {
            const int pair = k + 1 < b->taps;
            for (int i = 0; i < 2; i++) {
                uint32_t s = *x++ * (uint32_t)w[0];
                if (pair) {
                    s += *x++ * (uint32_t)w[1];
                }
                all[i] += s;
                high[i] += (uint32_t)((int32_t)(s + UINT32_C(0x8000)) >> 16);
            }
        }
        w -= b->taps & 1;
        int8_t *y = b->output + c;
        for (int i = 0; i < 2; i++, y += 2 * b->channels) {
            y[0] = scaled(b, all[i] - (high[i] << 16), b->scaling + 4 * c);
            y[b->channels] = scaled(b, high[i], b->scaling + 4 * c);
        }
    }
}

#endif

/* Where a pixel's window starts; may lie outside the image. */
typedef struct {
    int32_t top, left;
} place;

/* Where the taps go: those of the first half to the first word of each pair, then those of the second half to
 * the second word; of an odd number, the last behind all pairs. */
typedef struct {
    uint32_t *words;
    int32_t half, tap; /* taps in a half; taps done */
} target;

static void pack_run(target *t, const int8_t *const *from, int32_t n)
{
    const int8_t *next[PIXELS] = {from[0], from[1], from[2], from[3]};
    while (n > 0) {
        int32_t run = t->tap < t->half ? t->half - t->tap : 2 * t->half - t->tap;
        if (run == 0) {
            for (int i = 0; i < 2; i++) {
                t->words[PAIR_WORDS * t->half + i] = (uint32_t)*next[2 * i] + ((uint32_t)*next[2 * i + 1] << 16);
            }
            return;
        }
        run = n < run ? n : run;
        const int32_t second = t->tap >= t->half;
        pack(t->words + PAIR_WORDS * (t->tap - (second ? t->half : 0)) + second, next, run);
        for (int i = 0; i < PIXELS; i++) {
            next[i] += run;
        }
        t->tap += run;
        n -= run;
    }
}

/* Whether all taps lie inside the image and touch each other. */
static int is_whole(const thimble_conv2d_s8_m0_params *p, const place *at)
{
    int whole = p->dilation_height == 1 && p->dilation_width == 1;
    for (int i = 0; i < PIXELS; i++) {
        whole = whole && at[i].top >= 0 && at[i].left >= 0 && at[i].top + p->kernel_height <= p->in_height &&
                at[i].left + p->kernel_width <= p->in_width;
    }
    return whole;
}

static void pack_whole(const thimble_conv2d_s8_m0_params *p, const int8_t *input, target *t, const place *at)
{
    const int32_t line = p->in_width * p->in_channels;
    const int8_t *from[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
        from[i] = input + at[i].top * line + at[i].left * p->in_channels;
    }
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        pack_run(t, from, p->kernel_width * p->in_channels);
        for (int i = 0; i < PIXELS; i++) {
            from[i] += line;
        }
    }
}

/* Place by place of the kernel, as each pixel has it in the image or in the padding. */
static void pack_border(const thimble_conv2d_s8_m0_params *p, const int8_t *input, const int8_t *padding,
                        target *t, const place *at)
{
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        for (int32_t kx = 0; kx < p->kernel_width; kx++) {
            const int8_t *from[PIXELS];
            for (int i = 0; i < PIXELS; i++) {
                const int32_t y = at[i].top + ky * p->dilation_height, x = at[i].left + kx * p->dilation_width;
                const int inside = y >= 0 && y < p->in_height && x >= 0 && x < p->in_width;
                from[i] = inside ? input + (y * p->in_width + x) * p->in_channels : padding;
            }
            pack_run(t, from, p->in_channels);
        }
    }
}

/* The place of the pixel after this one, line by line. */
static place next_place(const thimble_conv2d_s8_m0_params *p, place a)
{
    a.left += p->stride_width;
    if (a.left + p->pad_left >= p->out_width * p->stride_width) {
        a.left = -p->pad_left;
        a.top += p->stride_height;
    }
    return a;
}

void thimble_conv2d_s8_m0(const thimble_conv2d_s8_m0_params *p, const int8_t *input, int8_t *output,
                          void *scratch)
{
    const int32_t taps = p->kernel_height * p->kernel_width * p->in_channels;
    const int32_t pixels = p->out_height * p->out_width;
    int8_t *padding = (int8_t *)scratch + 8 * taps;
    for (int32_t i = 0; i < p->in_channels; i++) {
        padding[i] = p->input_zero;
    }
    block b = {scratch, p->weights, p->scaling, output, p->out_channels, taps,
               p->rounding == THIMBLE_ROUND_TWICE ? -2048 : 0};
    place at[PIXELS] = {{0, 0}, {0, 0}, {0, 0}, {0, 0}};
    place next = {-p->pad_top, -p->pad_left};
    for (int32_t done = 0; done < pixels; done += PIXELS) {
        /* The last group reaches back to have its four pixels; it computes some of them again. */
        const int32_t again = done + PIXELS > pixels ? done + PIXELS - pixels : 0;
        for (int32_t i = 0; i < PIXELS; i++) {
            if (i < again) {
                at[i] = at[i + PIXELS - again];
            } else {
                at[i] = next;
                next = next_place(p, next);
            }
        }
        target t = {scratch, taps / 2, 0};
        if (is_whole(p, at)) {
            pack_whole(p, input, &t, at);
        } else {
            pack_border(p, input, padding, &t, at);
        }
        b.output = output + (done - again) * p->out_channels;
        four_pixels(&b);
    }
}
