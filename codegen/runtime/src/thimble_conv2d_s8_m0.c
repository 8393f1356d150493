/* int8 convolution with two multiplications in one 32-bit MULS, four output pixels at a time.
 *
 * The taps of two pixels x, y share a word, x + y * 2^16. A weight times that word, modulo 2^32, is both
 * products, and the sum over a pair of taps keeps both apart: its magnitude is at most 255 * 128 = 32,640,
 * so it fits in 16 bits with its sign. Of the word s of such a pair of sums, (s + 2^15) >> 16 is exactly the
 * sum of y, because what x borrows from the upper half is less than half a unit of it. Let `high` add those
 * up, and `all` add up the words s: then the sum of x is all - high * 2^16 modulo 2^32, exact again.
 *
 * From a sum to an output: y = (floor(sum * m / 2^12) + r) >> n. The compiler picks m < 2^20, r and n for each
 * channel so that this staircase has each of its steps where the reference has it, bias, rounding and zero
 * point included, and nothing leaves 32 bits; otherwise it takes another kernel. `scaling` holds
 * m + n * 2^24 and r. */
#include "thimble_conv2d_s8_m0.h"

enum { PIXELS = 4, PAIR_WORDS = 4, SCALING_BITS = 12 };

/* What the inner loops need: four pixels, all channels. */
typedef struct {
    const uint32_t *words; /* for each pair of taps: pixels 0 and 1 (2 words), pixels 2 and 3 (2 words) */
    const int8_t *weights;
    const int32_t *scaling;
    int8_t *output; /* of the first pixel */
    int32_t channels;
    int32_t taps;
    int32_t output_min, output_max;
} block;

#if defined(__ARM_ARCH_6M__) && !defined(THIMBLE_PORTABLE)

/* Registers in the loop over taps: r0 words, r1 weights, r2 r3 a pair of weights, r4 r5 a pair of words, r6 r7
 * `high`, r8 r9 `all`, r10 the end of the words of pairs. On the stack: 0 block, 4 scaling, 8 output, 12 end of
 * the pairs, 16 where to enter the loop, 20 the weights that this entry skips, 24 end of the weights. */
__attribute__((naked, noinline)) static void four_pixels(const block *b)
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

        /* A sum to an output byte at r0. r2 m, r3 n, r12 r, r10 and r11 the clamp, lr from pixel to pixel. */
        ".macro store sum\n"
        "asrs r5, \\sum, #12\n"
        "lsls \\sum, \\sum, #20\n"
        "lsrs \\sum, \\sum, #20\n"
        "muls r5, r2, r5\n"
        "muls \\sum, r2, \\sum\n"
        "lsrs \\sum, \\sum, #12\n"
        "adds r5, r5, \\sum\n"
        "add r5, r12\n"
        "asrs r5, r3\n"
        "cmp r5, r10\n"
        "ble 1f\n"
        "mov r5, r10\n"
        "1: cmp r5, r11\n"
        "bge 1f\n"
        "mov r5, r11\n"
        "1: strb r5, [r0]\n"
        "add r0, lr\n"
        ".endm\n");
    __asm__(
        "push {r4-r7, lr}\n"
        "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
        "push {r4-r7}\n"
        "sub sp, #28\n"
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
        "ldr r3, [r0, #16]\n mov lr, r3\n"
        "muls r3, r2, r3\n ldr r1, [r0, #4]\n adds r3, r3, r1\n str r3, [sp, #24]\n"

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
        "lsrs r4, r4, #1\n bcc 6f\n"        /* the last of an odd number of taps */
        "ldrb r2, [r1]\n sxtb r2, r2\n adds r1, #1\n"
        "ldm r0!, {r3, r4}\n"
        "muls r3, r2, r3\n muls r4, r2, r4\n"
        "add r8, r3\n asrs r3, r3, #16\n adcs r6, r3\n"
        "add r9, r4\n asrs r4, r4, #16\n adcs r7, r4\n"

        "6:\n"
        "ldr r0, [sp, #4]\n ldm r0!, {r2, r3}\n str r0, [sp, #4]\n"
        "mov r12, r3\n"
        "lsrs r3, r2, #24\n lsls r2, r2, #8\n lsrs r2, r2, #8\n"
        "ldr r4, [r5, #28]\n mov r10, r4\n"
        "ldr r4, [r5, #24]\n mov r11, r4\n"
        "ldr r0, [sp, #8]\n adds r4, r0, #1\n str r4, [sp, #8]\n"
        "lsls r5, r6, #16\n mov r4, r8\n subs r4, r4, r5\n"
        "store r4\n"
        "store r6\n"
        "lsls r5, r7, #16\n mov r4, r9\n subs r4, r4, r5\n"
        "store r4\n"
        "store r7\n"
        "ldr r4, [sp, #24]\n cmp r1, r4\n beq 7f\n"
        "b 2b\n"

        "7:\n"
        "add sp, #28\n"
        "pop {r4-r7}\n"
        "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
        "pop {r4-r7, pc}\n"
        ".purgem two_pixels\n"
        ".purgem store\n");
}

#else

/* The same arithmetic in C. Wraps around on purpose, so the sums are unsigned. */
static int32_t upper_half(uint32_t s)
{
    return (int32_t)(s + UINT32_C(0x8000)) >> 16;
}

static int8_t scaled(uint32_t sum, const int32_t *scaling, const block *b)
{
    const uint32_t m = (uint32_t)scaling[0] & UINT32_C(0xFFFFFF);
    const uint32_t high = (uint32_t)((int32_t)sum >> SCALING_BITS) * m;
    const uint32_t low = ((sum & ((UINT32_C(1) << SCALING_BITS) - 1)) * m) >> SCALING_BITS;
    const int32_t y = (int32_t)(high + low + (uint32_t)scaling[1]) >> ((uint32_t)scaling[0] >> 24);
    return (int8_t)(y < b->output_min ? b->output_min : y > b->output_max ? b->output_max : y);
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
                high[i] += (uint32_t)upper_half(s);
            }
        }
        w -= b->taps & 1;
        int8_t *y = b->output + c;
        for (int i = 0; i < 2; i++, y += 2 * b->channels) {
            y[0] = scaled(all[i] - (high[i] << 16), b->scaling + 2 * c, b);
            y[b->channels] = scaled(high[i], b->scaling + 2 * c, b);
        }
    }
}

#endif

/* Where a pixel's window starts; may lie outside the image. */
typedef struct {
    int32_t top, left;
} place;

/* Where the words of a pair of pixels go: every PAIR_WORDS words, the second half of the taps one word later,
 * and the last of an odd number behind all pairs. */
typedef struct {
    uint32_t *next, *halfway, *last;
    int32_t until_turn; /* taps before `next` moves to halfway, then to last */
    int32_t half;
} target;

static void pack_run(target *t, const int8_t *a, const int8_t *b, int32_t n)
{
    while (n > 0) {
        const int32_t run = n < t->until_turn ? n : t->until_turn;
        uint32_t *word = t->next;
        for (const int8_t *end = a + run; a < end; word += PAIR_WORDS) {
            *word = (uint32_t)*a++ + ((uint32_t)*b++ << 16);
        }
        t->next = word;
        n -= run;
        t->until_turn -= run;
        if (t->until_turn == 0) {
            t->next = t->halfway;
            t->halfway = t->last;
            t->until_turn = t->half > 0 ? t->half : 1;
            t->half = 0;
        }
    }
}

/* The taps of one place of the kernel: in the image, or in the padding. */
static const int8_t *source(const thimble_conv2d_s8_m0_params *p, const int8_t *input, const int8_t *padding,
                            int32_t y, int32_t x)
{
    const int inside = y >= 0 && y < p->in_height && x >= 0 && x < p->in_width;
    return inside ? input + (y * p->in_width + x) * p->in_channels : padding;
}

static int is_whole(const thimble_conv2d_s8_m0_params *p, place a)
{
    return a.top >= 0 && a.left >= 0 && a.top + p->kernel_height <= p->in_height &&
           a.left + p->kernel_width <= p->in_width && p->dilation_height == 1 && p->dilation_width == 1;
}

static void pack_pair(const thimble_conv2d_s8_m0_params *p, const int8_t *input, const int8_t *padding,
                      target *t, place a, place b)
{
    if (is_whole(p, a) && is_whole(p, b)) {
        const int32_t line = p->in_width * p->in_channels;
        const int8_t *from_a = input + a.top * line + a.left * p->in_channels;
        const int8_t *from_b = input + b.top * line + b.left * p->in_channels;
        for (int32_t ky = 0; ky < p->kernel_height; ky++, from_a += line, from_b += line) {
            pack_run(t, from_a, from_b, p->kernel_width * p->in_channels);
        }
        return;
    }
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        const int32_t y = ky * p->dilation_height;
        for (int32_t kx = 0; kx < p->kernel_width; kx++) {
            const int32_t x = kx * p->dilation_width;
            pack_run(t, source(p, input, padding, a.top + y, a.left + x),
                     source(p, input, padding, b.top + y, b.left + x), p->in_channels);
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
    uint32_t *words = scratch;
    const int32_t taps = p->kernel_height * p->kernel_width * p->in_channels, half = taps / 2;
    int8_t *padding = (int8_t *)(words + 2 * taps);
    for (int32_t i = 0; i < p->in_channels; i++) {
        padding[i] = p->input_zero;
    }
    const int32_t pixels = p->out_height * p->out_width;
    block b = {words, p->weights, p->scaling, output, p->out_channels, taps, p->output_min, p->output_max};
    place at[PIXELS];
    place next = {-p->pad_top, -p->pad_left};
    for (int32_t done = 0; done < pixels; done += PIXELS) {
        /* The last group reaches back to have its four pixels; it computes some of them again. */
        int32_t kept = done + PIXELS > pixels ? done + PIXELS - pixels : 0;
        for (int32_t i = 0; i < PIXELS; i++) {
            if (i < kept) {
                at[i] = at[i + PIXELS - kept];
            } else {
                at[i] = next;
                next = next_place(p, next);
            }
        }
        for (int32_t i = 0; i < 2; i++) {
            uint32_t *first = words + 2 * i, *last = words + PAIR_WORDS * half + i;
            target t = {first, first + 1, last, half, half};
            if (half == 0) {
                t = (target){last, last, last, 1, 0};
            }
            pack_pair(p, input, padding, &t, at[2 * i], at[2 * i + 1]);
        }
        b.output = output + (done - kept) * p->out_channels;
        four_pixels(&b);
    }
}
