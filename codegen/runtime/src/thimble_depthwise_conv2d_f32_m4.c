/* Float depthwise convolution for the FPU of the Cortex-M4: four output pixels and four channels at a time.
 *
 * For each tap one VLDM loads the weights of four channels and four load the pixels; 16 products follow, each a VMUL
 * and a VADD, which take fewer cycles than a VFMA (thimble_conv2d_f32_m4.c). Pointers to the taps of the four pixels
 * are in a table, those in the padding to a line of zeros; each four channels move them on to the next four. */
#include "thimble_depthwise_conv2d_f32_m4.h"
#include "thimble_naked.h"

enum { PIXELS = THIMBLE_PIXELS, CHANNELS = 4 };

/* What becomes of a total. */
typedef enum { AS_IT_IS, AT_LEAST_0, AT_LEAST_0_AT_MOST_HIGH } finish;

/* What the inner loops need: four pixels, some fours of channels. The assembly knows the order of the members. */
typedef struct {
    const float **taps;  /* [taps][PIXELS]: the first of the channels */
    const float **end;
    const float *weights;
    float *output;       /* of the first pixel */
    int32_t fours;       /* of channels, at least one */
    int32_t next_pixel;  /* floats from a pixel's output to that of the next */
    finish finish;
    float high;
} block;

#if defined(__ARM_ARCH_7EM__) && defined(__ARM_FP)

/* r0 taps, r1 weights, r2 to r5 the pixels, r7 end of the taps, r10 output, r11 fours left, lr the block. s0 to s3
 * weights, s4 to s15 channels and then products, s16 to s31 the totals, a pixel's side by side. */
THIMBLE_NAKED static void four_pixels(const block *b)
{
    __asm__(
        ".syntax unified\n"
        ".macro pixel x0, x1, x2, x3, a, b, c, d\n"
        "vmul.f32 \\x0, \\x0, s0\n vmul.f32 \\x1, \\x1, s1\n vmul.f32 \\x2, \\x2, s2\n vmul.f32 \\x3, \\x3, s3\n"
        "vadd.f32 \\a, \\a, \\x0\n vadd.f32 \\b, \\b, \\x1\n vadd.f32 \\c, \\c, \\x2\n vadd.f32 \\d, \\d, \\x3\n"
        ".endm\n"

        /* The four outputs of a pixel; the shift is the sign, so that negative ones and -0 become 0. */
        ".macro positive a, b, c, d\n"
        "vmov r2, r3, \\a, \\b\n vmov r4, r5, \\c, \\d\n"
        "bic r2, r2, r2, asr #31\n bic r3, r3, r3, asr #31\n"
        "bic r4, r4, r4, asr #31\n bic r5, r5, r5, asr #31\n"
        ".endm\n"
        ".macro store_positive a, b, c, d\n"
        "positive \\a, \\b, \\c, \\d\n"
        "stm r6, {r2-r5}\n add r6, r6, r12\n"
        ".endm\n"
        /* Floats from 0 on are in the order of their bits. r0 high. */
        ".macro store_limited a, b, c, d\n"
        "positive \\a, \\b, \\c, \\d\n"
        "cmp r2, r0\n it gt\n movgt r2, r0\n cmp r3, r0\n it gt\n movgt r3, r0\n"
        "cmp r4, r0\n it gt\n movgt r4, r0\n cmp r5, r0\n it gt\n movgt r5, r0\n"
        "stm r6, {r2-r5}\n add r6, r6, r12\n"
        ".endm\n");
    __asm__(
        "push {r4-r11, lr}\n"
        "vpush {s16-s31}\n"
        "mov lr, r0\n"
        "ldr r7, [lr, #4]\n ldr r1, [lr, #8]\n ldr r10, [lr, #12]\n ldr r11, [lr, #16]\n"
        "1:\n" /* four channels */
        "vldmia r1, {s16-s19}\n vldmia r1, {s20-s23}\n vldmia r1, {s24-s27}\n vldmia r1!, {s28-s31}\n"
        "ldr r0, [lr, #0]\n"
        "2:\n" /* a tap */
        "ldm r0, {r2-r5}\n"
        "vldmia r1!, {s0-s3}\n"
        "vldmia r2!, {s4-s7}\n vldmia r3!, {s8-s11}\n vldmia r4!, {s12-s15}\n"
        "pixel s4, s5, s6, s7, s16, s17, s18, s19\n"
        "vldmia r5!, {s4-s7}\n"
        "stm r0!, {r2-r5}\n"
        "pixel s8, s9, s10, s11, s20, s21, s22, s23\n"
        "pixel s12, s13, s14, s15, s24, s25, s26, s27\n"
        "pixel s4, s5, s6, s7, s28, s29, s30, s31\n"
        "cmp r0, r7\n bne 2b\n"

        "ldr r12, [lr, #20]\n lsl r12, r12, #2\n"
        "mov r6, r10\n"
        "ldrb r2, [lr, #24]\n cmp r2, #1\n beq 7f\n bhi 8f\n"
        "vstm r6, {s16-s19}\n add r6, r6, r12\n vstm r6, {s20-s23}\n add r6, r6, r12\n"
        "vstm r6, {s24-s27}\n add r6, r6, r12\n vstm r6, {s28-s31}\n"
        "b 9f\n"
        "7:\n"
        "store_positive s16, s17, s18, s19\n store_positive s20, s21, s22, s23\n"
        "store_positive s24, s25, s26, s27\n store_positive s28, s29, s30, s31\n"
        "b 9f\n"
        "8:\n"
        "ldr r0, [lr, #28]\n"
        "store_limited s16, s17, s18, s19\n store_limited s20, s21, s22, s23\n"
        "store_limited s24, s25, s26, s27\n store_limited s28, s29, s30, s31\n"
        "9:\n"
        "add r10, r10, #16\n"
        "subs r11, r11, #1\n bne.w 1b\n"
        "vpop {s16-s31}\n"
        "pop {r4-r11, pc}\n"
        ".purgem pixel\n .purgem positive\n .purgem store_positive\n .purgem store_limited\n");
}

#else

/* The same in C. */
static float finished(const block *b, float total)
{
    const float low = total < 0.0f && b->finish != AS_IT_IS ? 0.0f : total;
    return low > b->high && b->finish == AT_LEAST_0_AT_MOST_HIGH ? b->high : low;
}

static void four_pixels(const block *b)
{
    const float *w = b->weights;
    for (int32_t four = 0; four < b->fours; four++) {
        float totals[PIXELS][CHANNELS];
        for (int i = 0; i < PIXELS * CHANNELS; i++) {
            totals[i / CHANNELS][i % CHANNELS] = w[i % CHANNELS];
        }
        w += CHANNELS;
        for (const float **tap = b->taps; tap != b->end; tap += PIXELS, w += CHANNELS) {
            for (int i = 0; i < PIXELS * CHANNELS; i++) {
                totals[i / CHANNELS][i % CHANNELS] += tap[i / CHANNELS][i % CHANNELS] * w[i % CHANNELS];
            }
            for (int i = 0; i < PIXELS; i++) {
                tap[i] += CHANNELS;
            }
        }
        for (int i = 0; i < PIXELS * CHANNELS; i++) {
            b->output[i / CHANNELS * b->next_pixel + four * CHANNELS + i % CHANNELS] =
                finished(b, totals[i / CHANNELS][i % CHANNELS]);
        }
    }
}

#endif

static finish finish_of(const thimble_depthwise_conv2d_f32_m4_params *p)
{
    const float largest = 3.402823466e+38f;
    if (p->output_min < 0.0f) {
        return AS_IT_IS;
    }
    return p->output_max < largest ? AT_LEAST_0_AT_MOST_HIGH : AT_LEAST_0;
}

/* Pointers to the taps of windows inside the image. Returns their end. */
static const float **taps_inside(const thimble_window *w, const thimble_place at[PIXELS], const float *input,
                                 const float **taps)
{
    const int32_t channels = w->in_channels, line = w->in_width * channels;
    const float *a = input + at[0].top * line + at[0].left * channels;
    const float *b = input + at[1].top * line + at[1].left * channels;
    const float *c = input + at[2].top * line + at[2].left * channels;
    const float *d = input + at[3].top * line + at[3].left * channels;
    for (int32_t y = 0; y < w->height; y++) {
        int32_t tap = y * w->dilation_height * line;
        for (int32_t x = 0; x < w->width; x++, taps += PIXELS, tap += w->dilation_width * channels) {
            taps[0] = a + tap;
            taps[1] = b + tap;
            taps[2] = c + tap;
            taps[3] = d + tap;
        }
    }
    return taps;
}

/* Some fours of channels at four pixels; `input`, `zeros` and `output` are at the first of the channels. */
static void fours_of_channels(const thimble_window *w, block *b, int32_t pixel, const float *input,
                              const float *zeros)
{
    thimble_place at[PIXELS];
    if (thimble_windows_from(w, pixel, at)) {
        b->end = taps_inside(w, at, input, b->taps);
    } else {
        b->end = thimble_window_pointers(w, at, input, zeros, b->taps);
    }
    four_pixels(b);
}

void thimble_depthwise_conv2d_f32_m4(const thimble_depthwise_conv2d_f32_m4_params *p, const float *input,
                                     float *output, void *scratch)
{
    const thimble_window *const w = &p->window;
    const int32_t channels = w->in_channels, taps = w->height * w->width, pixels = p->out_height * w->out_width;
    const int32_t fours = channels / CHANNELS, last = channels - CHANNELS;
    const float **const table = (const float **)(((uintptr_t)scratch + sizeof(void *) - 1) / sizeof(void *)
                                                 * sizeof(void *));
    float *const zeros = (float *)(table + taps * PIXELS);
    block b = {table, table, p->weights, output, fours, channels, finish_of(p), p->output_max};
    for (int32_t c = 0; c < channels; c++) {
        zeros[c] = 0.0f;
    }
    for (int32_t done = 0; done < pixels; done += PIXELS) {
        /* The last group begins early where it would go beyond the end: some pixels are computed twice. */
        const int32_t first = pixels - done < PIXELS ? pixels - PIXELS : done;
        b.weights = p->weights;
        b.output = output + first * channels;
        b.fours = fours;
        fours_of_channels(w, &b, first, input, zeros);
        if (channels % CHANNELS > 0) {
            b.weights += fours * CHANNELS * (1 + taps);
            b.output += last;
            b.fours = 1;
            fours_of_channels(w, &b, first, input + last, zeros);
        }
    }
}
