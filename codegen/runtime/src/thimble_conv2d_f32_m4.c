/* Float convolution for the FPU of the Cortex-M4: four output pixels and four filters at a time.
 *
 * A window is read in runs of taps that touch each other in memory: its lines where it lies inside the image, else
 * its places, with a line of zeros in the place of the padding (or, with few channels, a copy of it, in one run).
 * For two taps, four VLDM load eight activations, two the weights, and 32 products follow.
 *
 * Each product is a VMUL and a VADD, which take a cycle each when neither waits for the one before it, and not one
 * VFMA, which takes three: counted on the virtual Nano over layers of 3x3x32 and 1x1x64 taps, 2.8 and 2.9 against
 * 3.8 and 4.0 cycles a product, for 2.3 against 1.3 instructions. */
#include "thimble_conv2d_f32_m4.h"
#include "thimble_naked.h"

enum { PIXELS = THIMBLE_PIXELS, FILTERS = 4 };

/* What becomes of a total. */
typedef enum { AS_IT_IS, AT_LEAST_0, AT_LEAST_0_AT_MOST_HIGH } finish;

/* What the inner loops need: four pixels, some fours of filters. The assembly knows the order of the members. */
typedef struct {
    const float *const *runs; /* [runs][PIXELS]: where each begins */
    const float *const *end;
    const float *weights;
    float *output;            /* of the first pixel */
    int32_t fours;            /* of filters */
    int32_t taps;             /* in a run */
    int32_t next_pixel;       /* floats from a pixel's output to that of the next */
    finish finish;
    float high;
} block;

#if defined(__ARM_ARCH_7EM__) && defined(__ARM_FP)

/* r0 runs, r1 weights, r2 to r5 the pixels' taps, r6 rounds, r7 end of the runs, r8 rounds a run, r9 taps a run,
 * r10 output, r11 fours left, lr the block. s0 to s3 weights, s4 to s11 taps, s12 to s15 products, s16 to s31 the
 * totals, a pixel's side by side. */
THIMBLE_NAKED static void four_pixels(const block *b)
{
    __asm__(
        ".syntax unified\n"
        ".macro pixel x, a, b, c, d\n"
        "vmul.f32 s12, \\x, s0\n vmul.f32 s13, \\x, s1\n vmul.f32 s14, \\x, s2\n vmul.f32 s15, \\x, s3\n"
        "vadd.f32 \\a, \\a, s12\n vadd.f32 \\b, \\b, s13\n vadd.f32 \\c, \\c, s14\n vadd.f32 \\d, \\d, s15\n"
        ".endm\n"
        ".macro tap x0, x1, x2, x3\n"
        "vldmia r1!, {s0-s3}\n"
        "pixel \\x0, s16, s17, s18, s19\n"
        "pixel \\x1, s20, s21, s22, s23\n"
        "pixel \\x2, s24, s25, s26, s27\n"
        "pixel \\x3, s28, s29, s30, s31\n"
        ".endm\n"
        ".macro two_taps\n"
        "vldmia r2!, {s4, s5}\n vldmia r3!, {s6, s7}\n vldmia r4!, {s8, s9}\n vldmia r5!, {s10, s11}\n"
        "tap s4, s6, s8, s10\n"
        "tap s5, s7, s9, s11\n"
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
        "ldr r7, [lr, #4]\n ldr r1, [lr, #8]\n ldr r10, [lr, #12]\n ldr r11, [lr, #16]\n ldr r9, [lr, #20]\n"
        "add r8, r9, #2\n lsr r8, r8, #2\n" /* rounds of four taps, the first perhaps of two */

        "1:\n" /* four filters */
        "vldmia r1, {s16-s19}\n vldmia r1, {s20-s23}\n vldmia r1, {s24-s27}\n vldmia r1!, {s28-s31}\n"
        "ldr r0, [lr, #0]\n"
        "2:\n" /* a run */
        "ldm r0!, {r2-r5}\n"
        "mov r6, r8\n cmp r8, #0\n beq.w 5f\n"
        "lsls r12, r9, #31\n bcs.w 4f\n"
        ".p2align 2\n"
        "3:\n"
        "two_taps\n"
        "4:\n"
        "two_taps\n"
        "subs r6, r6, #1\n bne.w 3b\n"
        "lsls r12, r9, #31\n bpl 6f\n"
        "5:\n" /* the last of an odd number of taps */
        "vldr s4, [r2]\n vldr s6, [r3]\n vldr s8, [r4]\n vldr s10, [r5]\n"
        "tap s4, s6, s8, s10\n"
        "6:\n"
        "cmp r0, r7\n bne.w 2b\n"

        "ldr r12, [lr, #24]\n lsl r12, r12, #2\n"
        "mov r6, r10\n"
        "ldrb r2, [lr, #28]\n cmp r2, #1\n beq 7f\n bhi 8f\n"
        "vstm r6, {s16-s19}\n add r6, r6, r12\n vstm r6, {s20-s23}\n add r6, r6, r12\n"
        "vstm r6, {s24-s27}\n add r6, r6, r12\n vstm r6, {s28-s31}\n"
        "b 9f\n"
        "7:\n"
        "store_positive s16, s17, s18, s19\n store_positive s20, s21, s22, s23\n"
        "store_positive s24, s25, s26, s27\n store_positive s28, s29, s30, s31\n"
        "b 9f\n"
        "8:\n"
        "ldr r0, [lr, #32]\n"
        "store_limited s16, s17, s18, s19\n store_limited s20, s21, s22, s23\n"
        "store_limited s24, s25, s26, s27\n store_limited s28, s29, s30, s31\n"
        "9:\n"
        "add r10, r10, #16\n"
        "subs r11, r11, #1\n bne.w 1b\n"
        "vpop {s16-s31}\n"
        "pop {r4-r11, pc}\n"
        ".purgem pixel\n .purgem tap\n .purgem two_taps\n"
        ".purgem positive\n .purgem store_positive\n .purgem store_limited\n");
}

#else

/* The same arithmetic in C. */
static float finished(const block *b, float total)
{
    const float low = total < 0.0f && b->finish != AS_IT_IS ? 0.0f : total;
    return low > b->high && b->finish == AT_LEAST_0_AT_MOST_HIGH ? b->high : low;
}

static void four_pixels(const block *b)
{
    const float *w = b->weights;
    for (int32_t four = 0; four < b->fours; four++) {
        float totals[PIXELS][FILTERS];
        for (int i = 0; i < PIXELS * FILTERS; i++) {
            totals[i / FILTERS][i % FILTERS] = w[i % FILTERS];
        }
        w += FILTERS;
        for (const float *const *run = b->runs; run != b->end; run += PIXELS) {
            for (int32_t tap = 0; tap < b->taps; tap++, w += FILTERS) {
                for (int i = 0; i < PIXELS * FILTERS; i++) {
                    totals[i / FILTERS][i % FILTERS] += run[i / FILTERS][tap] * w[i % FILTERS];
                }
            }
        }
        for (int i = 0; i < PIXELS * FILTERS; i++) {
            b->output[i / FILTERS * b->next_pixel + four * FILTERS + i % FILTERS] =
                finished(b, totals[i / FILTERS][i % FILTERS]);
        }
    }
}

#endif

/* The windows' lines, inside the image. Returns the end of the runs. */
__attribute__((noinline)) static const float **lines_of(const thimble_window *w, const thimble_place at[PIXELS],
                                                        const float *input, const float **runs)
{
    const int32_t channels = w->in_channels, line = w->in_width * channels;
    const int32_t step = w->dilation_height * line;
    const float *a = input + at[0].top * line + at[0].left * channels;
    const float *b = input + at[1].top * line + at[1].left * channels;
    const float *c = input + at[2].top * line + at[2].left * channels;
    const float *d = input + at[3].top * line + at[3].left * channels;
    for (const float **end = runs + w->height * PIXELS; runs != end; runs += PIXELS) {
        runs[0] = a;
        runs[1] = b;
        runs[2] = c;
        runs[3] = d;
        a += step;
        b += step;
        c += step;
        d += step;
    }
    return runs;
}

/* Copies of the windows, 0 in the padding. Returns the end of the one run. */
__attribute__((noinline)) static const float **copies_of(const thimble_window *w, const thimble_place at[PIXELS],
                                                         const float *input, float *copy, const float **runs)
{
    for (int i = 0; i < PIXELS; i++) {
        *runs++ = copy;
        for (int32_t y = 0; y < w->height; y++) {
            for (int32_t x = 0; x < w->width; x++) {
                const float *from = thimble_window_place(w, at[i], y, x, input, 0);
                for (const float *end = copy + w->in_channels; copy != end; copy++) {
                    *copy = from ? *from++ : 0.0f;
                }
            }
        }
    }
    return runs;
}

/* The last one to three filters, which come as four. */
__attribute__((noinline)) static void last_filters(const thimble_conv2d_f32_m4_params *p, block *b, float *output)
{
    float totals[PIXELS * FILTERS];
    const int32_t rest = p->out_channels % FILTERS;
    b->fours = 1;
    b->next_pixel = FILTERS;
    b->output = totals;
    four_pixels(b);
    for (int i = 0; i < PIXELS; i++, output += p->out_channels) {
        for (int32_t c = 0; c < rest; c++) {
            output[c] = totals[i * FILTERS + c];
        }
    }
}

/* All filters at four pixels. */
static void all_filters(const thimble_conv2d_f32_m4_params *p, block *b, float *output)
{
    const int32_t taps = p->window.height * p->window.width * p->window.in_channels;
    const int32_t fours = p->out_channels / FILTERS;
    b->weights = p->weights;
    if (fours > 0) {
        b->fours = fours;
        b->next_pixel = p->out_channels;
        b->output = output;
        four_pixels(b);
    }
    if (p->out_channels % FILTERS > 0) {
        b->weights += fours * FILTERS * (1 + taps);
        last_filters(p, b, output + fours * FILTERS);
    }
}

static finish finish_of(const thimble_conv2d_f32_m4_params *p)
{
    const float largest = 3.402823466e+38f;
    if (p->output_min < 0.0f) {
        return AS_IT_IS;
    }
    return p->output_max < largest ? AT_LEAST_0_AT_MOST_HIGH : AT_LEAST_0;
}

void thimble_conv2d_f32_m4(const thimble_conv2d_f32_m4_params *p, const float *input, float *output, void *scratch)
{
    const thimble_window *const w = &p->window;
    const int32_t places = w->height * w->width, pixels = p->out_height * w->out_width;
    const int gaps = w->dilation_width > 1 && w->width > 1;
    const float **const runs = (const float **)(((uintptr_t)scratch + sizeof(void *) - 1) / sizeof(void *)
                                                * sizeof(void *));
    block b = {runs, runs, p->weights, output, 0, 0, 0, finish_of(p), p->output_max};
    int zeroed = 0;
    for (int32_t done = 0; done < pixels; done += PIXELS) {
        /* The last group begins early where it would go beyond the end: some pixels are computed twice. */
        const int32_t first = pixels - done < PIXELS ? pixels - PIXELS : done;
        thimble_place at[PIXELS];
        if (thimble_windows_from(w, first, at) && !gaps) {
            b.end = lines_of(w, at, input, runs);
            b.taps = w->width * w->in_channels;
        } else if (p->copies) {
            b.end = copies_of(w, at, input, (float *)(runs + w->height * PIXELS), runs);
            b.taps = places * w->in_channels;
        } else {
            float *const zeros = (float *)(runs + places * PIXELS);
            for (; zeroed < w->in_channels; zeroed++) {
                zeros[zeroed] = 0.0f;
            }
            b.end = thimble_window_pointers(w, at, input, zeros, runs);
            b.taps = w->in_channels;
        }
        all_filters(p, &b, output + first * p->out_channels);
    }
}
