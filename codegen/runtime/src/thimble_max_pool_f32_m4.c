/* Float max pooling for the FPU of the Cortex-M4, four channels at a time; padding never wins. */
#include "thimble_max_pool_f32_m4.h"
#include "thimble_math.h"

enum { CHANNELS = 4 };

/* What of a window lies inside the image. */
typedef struct {
    int32_t height, width;
    int32_t channels; /* floats from a pixel to the next */
    int32_t line;     /* floats from a line to the next */
} window;

static inline int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static inline int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

#if defined(__ARM_ARCH_7EM__) && defined(__ARM_FP)

/* s0 to s3 the largest so far, s4 to s7 a pixel; r3 pixels left in the line, r12 lines left. */
static inline void four_channels(const window *w, const float *pixel, float *output)
{
    const int32_t step = (w->channels - CHANNELS) * 4, gap = (w->line - w->width * w->channels) * 4;
    __asm__ volatile(
        ".syntax unified\n"
        ".macro larger_of a, x\n"
        "vcmp.f32 \\x, \\a\n vmrs APSR_nzcv, fpscr\n it gt\n vmovgt.f32 \\a, \\x\n"
        ".endm\n"
        "vldmia %[x], {s0-s3}\n"
        "mov r12, %[height]\n"
        "1:\n"
        "mov r3, %[width]\n"
        "2:\n"
        "vldmia %[x]!, {s4-s7}\n"
        "larger_of s0, s4\n larger_of s1, s5\n larger_of s2, s6\n larger_of s3, s7\n"
        "add %[x], %[x], %[step]\n"
        "subs r3, r3, #1\n bne 2b\n"
        "add %[x], %[x], %[gap]\n"
        "subs r12, r12, #1\n bne 1b\n"
        "vstmia %[y], {s0-s3}\n"
        ".purgem larger_of\n"
        : [x] "+r"(pixel)
        : [y] "r"(output), [height] "r"(w->height), [width] "r"(w->width), [step] "r"(step), [gap] "r"(gap)
        : "r3", "r12", "cc", "memory", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7");
}

#else

/* The same in C. */
static void four_channels(const window *w, const float *line, float *output)
{
    for (int c = 0; c < CHANNELS; c++) {
        output[c] = line[c];
        for (int32_t i = 0; i < w->height * w->width; i++) {
            const float x = line[i / w->width * w->line + i % w->width * w->channels + c];
            output[c] = x > output[c] ? x : output[c];
        }
    }
}

#endif

void thimble_max_pool_f32_m4(const thimble_max_pool_f32_m4_params *p, const float *input, float *output)
{
    window w = {0, 0, p->channels, p->in_width * p->channels};
    const int32_t last = p->channels - CHANNELS;
    float *at = output;
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        const int32_t y0 = larger(top, 0);
        w.height = smaller(top + p->pool_height, p->in_height) - y0;
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            const int32_t left = ox * p->stride_width - p->pad_left;
            const int32_t x0 = larger(left, 0);
            w.width = smaller(left + p->pool_width, p->in_width) - x0;
            const float *pixel = input + y0 * w.line + x0 * p->channels;
            for (int32_t c = 0; c < p->channels; c += CHANNELS) {
                /* The last four begin early where they would go beyond the end. */
                const int32_t first = c < last ? c : last;
                four_channels(&w, pixel + first, at + first);
            }
            at += p->channels;
        }
    }
    thimble_clamp_all_f32(output, at, p->output_min, p->output_max);
}
