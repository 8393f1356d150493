/* int8 depthwise convolution, pixel by pixel. The window is read where it lies; where part of it is padding, it
 * is first copied with the zero point in the gaps, so that one loop serves both. */
#include "thimble_depthwise_conv2d_s8_m0.h"
#include "thimble_naked.h"
#include "thimble_split_requantize.h"

/* A pixel's window: from its first tap, `step` bytes to the next, and `jump` from behind a line to the next. */
typedef struct {
    const int8_t *first;
    int32_t step, jump;
    int32_t lines, columns;
    const int8_t *weights;
    int32_t *sums, *end; /* of the channels */
} window;

#if defined(__ARM_ARCH_6M__)

/* r0 taps, r1 weights, r2 step, r3 taps left in the line, r4 r5 a tap and its weight, r6 the sum, r7 lines left;
 * r8 jump, r9 columns, r10 lines, r11 first tap of the channel, r12 sums, lr the window. Three columns, which
 * most layers have, go without a loop: r3 is then two steps, and r8 leads from line to line. */
__attribute__((naked, noinline)) static void all_channels(const window *view)
{
    __asm__(
        ".syntax unified\n"
        ".macro tap weight\n"
        "ldrb r5, [r1, #\\weight]\n"
        "sxtb r5, r5\n"
        "muls r4, r5, r4\n"
        "adds r6, r6, r4\n"
        ".endm\n"
        ".macro begin_channel\n"
        "mov r0, r11\n movs r6, #0\n mov r7, r10\n"
        ".endm\n"
        ".macro end_channel\n" /* equal: it was the last */
        "mov r4, r12\n stm r4!, {r6}\n mov r12, r4\n"
        "movs r5, #1\n add r11, r5\n"
        "mov r5, lr\n ldr r5, [r5, #28]\n cmp r4, r5\n"
        ".endm\n"
        "push {r4-r7, lr}\n"
        "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
        "push {r4-r7}\n"
        "mov lr, r0\n"
        "ldr r1, [r0, #0]\n mov r11, r1\n"
        "ldr r2, [r0, #4]\n"
        "ldr r1, [r0, #8]\n mov r8, r1\n"
        "ldr r1, [r0, #12]\n mov r10, r1\n"
        "ldr r1, [r0, #16]\n mov r9, r1\n"
        "ldr r1, [r0, #24]\n mov r12, r1\n"
        "ldr r1, [r0, #20]\n"
        "mov r3, r9\n cmp r3, #3\n bne 3f\n"
        "adds r3, r2, r2\n"
        "add r8, r2\n add r8, r3\n"
        "1: begin_channel\n"
        "2:\n" /* a line of three */
        "ldrb r4, [r0]\n sxtb r4, r4\n tap 0\n"
        "ldrsb r4, [r0, r2]\n tap 1\n"
        "ldrsb r4, [r0, r3]\n tap 2\n"
        "add r0, r8\n adds r1, #3\n"
        "subs r7, #1\n bne 2b\n"
        "end_channel\n"
        "bne 1b\n"
        "b 6f\n"
        "3: begin_channel\n"
        "4: mov r3, r9\n" /* a line of any length */
        "5: ldrb r4, [r0]\n sxtb r4, r4\n tap 0\n"
        "adds r0, r0, r2\n adds r1, #1\n"
        "subs r3, #1\n bne 5b\n"
        "add r0, r8\n"
        "subs r7, #1\n bne 4b\n"
        "end_channel\n"
        "bne 3b\n"
        "6:\n"
        "pop {r4-r7}\n"
        "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
        "pop {r4-r7, pc}\n"
        ".purgem tap\n .purgem begin_channel\n .purgem end_channel\n");
}

#else

static void all_channels(const window *view)
{
    const int8_t *w = view->weights, *first = view->first;
    for (int32_t *sum = view->sums; sum < view->end; sum++, first++) {
        const int8_t *x = first;
        *sum = 0;
        for (int32_t line = 0; line < view->lines; line++) {
            for (int32_t column = 0; column < view->columns; column++) {
                *sum += x[column * view->step] * *w++;
            }
            x += view->columns * view->step + view->jump;
        }
    }
}

#endif

/* Copies the taps of a window that lies partly in the padding. */
static void gather(const thimble_depthwise_conv2d_s8_m0_params *p, const int8_t *input, int8_t *to, int32_t top,
                   int32_t left)
{
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        const int32_t y = top + ky * p->dilation_height;
        for (int32_t kx = 0; kx < p->kernel_width; kx++) {
            const int32_t x = left + kx * p->dilation_width;
            const int inside = y >= 0 && y < p->in_height && x >= 0 && x < p->in_width;
            const int8_t *from = inside ? input + (y * p->in_width + x) * p->channels : &p->input_zero;
            const int32_t step = inside ? 1 : 0;
            for (int32_t c = 0; c < p->channels; c++, from += step) {
                *to++ = *from;
            }
        }
    }
}

void thimble_depthwise_conv2d_s8_m0(const thimble_depthwise_conv2d_s8_m0_params *p, const int8_t *input,
                                    int8_t *output, void *scratch)
{
    const int32_t n = p->channels;
    const int32_t height = (p->kernel_height - 1) * p->dilation_height + 1;
    const int32_t width = (p->kernel_width - 1) * p->dilation_width + 1;
    int32_t *sums = scratch;
    int8_t *copy = (int8_t *)(sums + n);
    window view = {input, n, 0, p->kernel_height, p->kernel_width, p->weights, sums, sums + n};
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            const int32_t left = ox * p->stride_width - p->pad_left;
            if (top >= 0 && left >= 0 && top + height <= p->in_height && left + width <= p->in_width) {
                view.first = input + (top * p->in_width + left) * n;
                view.step = p->dilation_width * n;
                view.jump = p->dilation_height * p->in_width * n - p->kernel_width * view.step;
            } else {
                gather(p, input, copy, top, left);
                view.first = copy;
                view.step = n;
                view.jump = 0;
            }
            all_channels(&view);
            const int32_t *scaling = p->scaling;
            for (int32_t c = 0; c < n; c++, scaling += 3) {
                const int32_t total = (int32_t)((uint32_t)sums[c] + (uint32_t)p->bias[c]);
                *output++ = thimble_split_requantize(total, scaling, p->rounding);
            }
        }
    }
}
