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

enum { PIXELS = 4, FILTERS = 4 };

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
__attribute__((naked, noinline)) static void four_pixels(const block *b)
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

/* Where a pixel's window starts; may lie outside the image. */
typedef struct {
    int32_t top, left;
} place;

/* Four windows: where they start, and whether all are inside the image. */
typedef struct {
    place at[PIXELS];
    int inside;
} windows;

static windows windows_from(const thimble_conv2d_f32_m4_params *p, int32_t pixel)
{
    const int32_t last_top = p->in_height - 1 - (p->kernel_height - 1) * p->dilation_height;
    const int32_t last_left = p->in_width - 1 - (p->kernel_width - 1) * p->dilation_width;
    windows w;
    w.inside = 1;
    int32_t y = pixel / p->out_width, x = pixel - y * p->out_width;
    for (int i = 0; i < PIXELS; i++) {
        const int32_t top = y * p->stride_height - p->pad_top, left = x * p->stride_width - p->pad_left;
        w.inside = w.inside && top >= 0 && left >= 0 && top <= last_top && left <= last_left;
        w.at[i].top = top;
        w.at[i].left = left;
        if (++x == p->out_width) {
            x = 0;
            y++;
        }
    }
    return w;
}

/* The windows' lines, inside the image. Returns the end of the runs. */
static const float **lines_of(const thimble_conv2d_f32_m4_params *p, const windows *w, const float *input,
                              const float **runs)
{
    const int32_t channels = p->in_channels, line = p->in_width * channels;
    const int32_t step = p->dilation_height * line;
    const float *a = input + w->at[0].top * line + w->at[0].left * channels;
    const float *b = input + w->at[1].top * line + w->at[1].left * channels;
    const float *c = input + w->at[2].top * line + w->at[2].left * channels;
    const float *d = input + w->at[3].top * line + w->at[3].left * channels;
    for (int32_t ky = 0; ky < p->kernel_height; ky++, runs += PIXELS) {
        const int32_t down = ky * step;
        runs[0] = a + down;
        runs[1] = b + down;
        runs[2] = c + down;
        runs[3] = d + down;
    }
    return runs;
}

/* Where the place (ky, kx) of a window lies, or `zeros`. */
static inline const float *place_of(const thimble_conv2d_f32_m4_params *p, place at, const float *input, int32_t ky,
                             int32_t kx, const float *zeros)
{
    const int32_t y = at.top + ky * p->dilation_height, x = at.left + kx * p->dilation_width;
    const int inside = y >= 0 && y < p->in_height && x >= 0 && x < p->in_width;
    return inside ? input + (y * p->in_width + x) * p->in_channels : zeros;
}

/* The windows' places, some of them in the padding. Returns the end of the runs. */
__attribute__((noinline)) static const float **places_of(const thimble_conv2d_f32_m4_params *p, const windows *w,
                                                         const float *input, const float *zeros,
                                                         const float **runs)
{
    for (int i = 0; i < PIXELS; i++) {
        const float **run = runs + i;
        for (int32_t ky = 0; ky < p->kernel_height; ky++) {
            for (int32_t kx = 0; kx < p->kernel_width; kx++, run += PIXELS) {
                *run = place_of(p, w->at[i], input, ky, kx, zeros);
            }
        }
    }
    return runs + p->kernel_height * p->kernel_width * PIXELS;
}

/* Copies of the windows, 0 in the padding. Returns the end of the one run. */
__attribute__((noinline)) static const float **copies_of(const thimble_conv2d_f32_m4_params *p, const windows *w,
                                                         const float *input, float *copy, const float **runs)
{
    for (int i = 0; i < PIXELS; i++) {
        *runs++ = copy;
        for (int32_t ky = 0; ky < p->kernel_height; ky++) {
            for (int32_t kx = 0; kx < p->kernel_width; kx++) {
                const float *from = place_of(p, w->at[i], input, ky, kx, 0);
                for (const float *end = copy + p->in_channels; copy != end; copy++) {
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
    const int32_t taps = p->kernel_height * p->kernel_width * p->in_channels;
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
    const int32_t places = p->kernel_height * p->kernel_width, pixels = p->out_height * p->out_width;
    const int gaps = p->dilation_width > 1 && p->kernel_width > 1;
    const float **const runs = (const float **)(((uintptr_t)scratch + sizeof(void *) - 1) / sizeof(void *)
                                                * sizeof(void *));
    block b = {runs, runs, p->weights, output, 0, 0, 0, finish_of(p), p->output_max};
    int zeroed = 0;
    for (int32_t done = 0; done < pixels; done += PIXELS) {
        /* The last group begins early where it would go beyond the end: some pixels are computed twice. */
        const int32_t first = pixels - done < PIXELS ? pixels - PIXELS : done;
        const windows w = windows_from(p, first);
        if (w.inside && !gaps) {
            b.end = lines_of(p, &w, input, runs);
            b.taps = p->kernel_width * p->in_channels;
        } else if (p->copies) {
            b.end = copies_of(p, &w, input, (float *)(runs + p->kernel_height * PIXELS), runs);
            b.taps = places * p->in_channels;
        } else {
            float *const zeros = (float *)(runs + places * PIXELS);
            for (; zeroed < p->in_channels; zeroed++) {
                zeros[zeroed] = 0.0f;
            }
            b.end = places_of(p, &w, input, zeros, runs);
            b.taps = p->in_channels;
        }
        all_filters(p, &b, output + first * p->out_channels);
    }
}
