/* int8 depthwise convolution with two multiplications in one 32-bit MULS: channel by channel, in three passes.
 *
 * A strip of the output has an upper and a lower half. `pack` brings the part of the image that the upper half
 * sees into words, together with what the lower half sees at the same place: x + y * 2^16, padding included.
 * `convolve` makes a sum for each half from each window of words (how both sums are kept apart is told in
 * thimble_conv2d_s8_m0.c), and `requantize` makes them outputs. */
#include "thimble_depthwise_conv2d_s8_m0.h"
#include "thimble_naked.h"
#include "thimble_split_requantize.h"

/* `from` holds two offsets a line: in the upper half's image and in the lower half's, -1 in the padding. */
typedef struct {
    const int32_t *from, *end;
    uint32_t *words;      /* of the first line, behind the padding on its left */
    int32_t skip, length; /* bytes of words between two lines, and in one */
    const int8_t *image;  /* of the channel */
    const int8_t *padding;
    int32_t step;         /* bytes from a column of the image to the next */
} packing;

/* Of the taps there is an odd number; the last may have weights of 0. The table holds the offset in bytes and the
 * weight of the first, then two offsets and two weights for each further pair. */
typedef struct {
    const uint32_t *words;
    const int32_t *table, *end;
    int32_t *totals;      /* [2][rows][columns]: the upper half's, then the lower half's */
    int32_t half;         /* bytes of one half's */
    int32_t bias;
    int32_t length, step; /* bytes of words that a line of windows takes, and from one window to the next */
    int32_t skip;         /* bytes from there to the next line */
    int32_t rows;
} windows;

typedef struct {
    const int32_t *totals, *end;
    int8_t *output;
    int32_t step;         /* bytes from one output to the next */
    const int32_t *scale;
    int32_t twice;        /* -2048 where the reference rounds twice, or 0 */
} outputs;

#if defined(__ARM_ARCH_6M__)

/* r0 words, r1 r2 both images, r3 r4 work, r5 0, r6 end of the line; r8 r9 steps, r10 `from`, r11 its end,
 * r12 the image, lr the packing. */
THIMBLE_NAKED static void pack(const packing *v)
{
    __asm__(
        ".syntax unified\n"
        "push {r4-r7, lr}\n"
        "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
        "push {r4-r7}\n"
        "mov lr, r0\n mov r4, r0\n"
        "ldr r3, [r4, #0]\n mov r10, r3\n"
        "ldr r3, [r4, #4]\n mov r11, r3\n"
        "ldr r3, [r4, #20]\n mov r12, r3\n"
        "ldr r0, [r4, #8]\n"
        "1:\n" /* one line */
        "mov r3, r10\n ldm r3!, {r1, r2}\n mov r10, r3\n"
        "mov r4, lr\n ldr r3, [r4, #28]\n mov r8, r3\n mov r9, r3\n"
        "ldr r6, [r4, #16]\n adds r6, r6, r0\n"
        "movs r5, #0\n"
        "cmp r1, #0\n bge 2f\n"
        "ldr r1, [r4, #24]\n mov r8, r5\n b 3f\n"
        "2: add r1, r12\n"
        "3: cmp r2, #0\n bge 4f\n"
        "ldr r2, [r4, #24]\n mov r9, r5\n b 5f\n"
        "4: add r2, r12\n"
        "5: ldrsb r3, [r1, r5]\n ldrsb r4, [r2, r5]\n lsls r4, r4, #16\n adds r3, r3, r4\n stm r0!, {r3}\n"
        "add r1, r8\n add r2, r9\n"
        "cmp r0, r6\n bne 5b\n"
        "mov r4, lr\n ldr r3, [r4, #12]\n adds r0, r0, r3\n"
        "cmp r10, r11\n bne 1b\n"
        "pop {r4-r7}\n"
        "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
        "pop {r4-r7, pc}\n");
}

/* r0 window, r1 table, r2 to r5 work, r6 r8 the sums as in thimble_conv2d_s8_m0.c, r7 totals, r9 r10 the ends of
 * the table, r11 where to enter the loop over pairs, r12 bias, lr step. On the stack: 0 end of the line, 4 half,
 * 8 lines left, 12 windows. */
THIMBLE_NAKED static void convolve(const windows *v)
{
    __asm__(
        ".syntax unified\n"
        "push {r4-r7, lr}\n"
        "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
        "push {r4-r7}\n"
        "sub sp, #16\n"
        "str r0, [sp, #12]\n mov r4, r0\n"
        "ldr r0, [r4, #0]\n"
        "ldr r1, [r4, #4]\n mov r9, r1\n"
        "ldr r2, [r4, #8]\n mov r10, r2\n"
        "ldr r7, [r4, #12]\n"
        "ldr r3, [r4, #16]\n str r3, [sp, #4]\n"
        "ldr r3, [r4, #20]\n mov r12, r3\n"
        "ldr r3, [r4, #24]\n adds r3, r3, r0\n str r3, [sp, #0]\n"
        "ldr r3, [r4, #28]\n mov lr, r3\n"
        "ldr r3, [r4, #36]\n str r3, [sp, #8]\n"
        "subs r2, r1, r2\n asrs r2, r2, #4\n" /* minus the pairs, rounded down for the 8 bytes of the first */
        "adds r2, #1\n movs r3, #3\n ands r2, r3\n" /* pairs that are missing to a multiple of 4 */
        "movs r3, #18\n muls r2, r3, r2\n"    /* bytes of code for a pair */
        "adr r3, 3f\n adds r3, r3, r2\n mov r11, r3\n"
        "2:\n" /* one window */
        "mov r1, r9\n"
        "ldm r1!, {r2, r4}\n ldr r2, [r0, r2]\n muls r2, r4, r2\n"
        "mov r8, r2\n movs r6, #0\n asrs r2, r2, #16\n adcs r6, r2\n"
        "mov pc, r11\n"
        ".p2align 2\n"
        "3:\n"
        ".rept 4\n"
        "ldm r1!, {r2, r3, r4, r5}\n"
        "ldr r2, [r0, r2]\n ldr r3, [r0, r3]\n"
        "muls r2, r4, r2\n muls r3, r5, r3\n adds r2, r2, r3\n"
        "add r8, r2\n asrs r2, r2, #16\n adcs r6, r2\n"
        ".endr\n"
        "cmp r1, r10\n bne 3b\n"
        "lsls r2, r6, #16\n mov r3, r8\n subs r3, r3, r2\n add r3, r12\n"
        "ldr r2, [sp, #4]\n add r6, r12\n str r6, [r7, r2]\n stm r7!, {r3}\n"
        "add r0, lr\n ldr r2, [sp, #0]\n cmp r0, r2\n bne 2b\n"
        "ldr r3, [sp, #8]\n subs r3, #1\n beq 4f\n str r3, [sp, #8]\n"
        "ldr r4, [sp, #12]\n ldr r3, [r4, #32]\n adds r0, r0, r3\n"
        "ldr r3, [r4, #24]\n adds r3, r3, r0\n str r3, [sp, #0]\n"
        "b 2b\n"
        "4: add sp, #16\n"
        "pop {r4-r7}\n"
        "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
        "pop {r4-r7, pc}\n");
}

/* r0 totals, r1 output, r2 r3 work, r4 a total, r5 shift, r6 `twice`, r7 step, r8 r9 the limits, r10 r11 r12 the
 * multiplier, lr the offset; on the stack the end of the totals. */
THIMBLE_NAKED static void requantize(const outputs *v)
{
    __asm__(
        ".syntax unified\n"
        "push {r4-r7, lr}\n"
        "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
        "push {r4-r7}\n"
        "ldr r1, [r0, #4]\n push {r1}\n"
        "ldr r1, [r0, #8]\n ldr r7, [r0, #12]\n ldr r6, [r0, #20]\n"
        "ldr r2, [r0, #16]\n ldm r2!, {r3, r4, r5}\n mov lr, r5\n"
        "lsrs r2, r3, #20\n mov r10, r2\n"
        "lsls r2, r3, #12\n lsrs r2, r2, #22\n mov r11, r2\n"
        "lsls r2, r3, #22\n lsrs r2, r2, #22\n mov r12, r2\n"
        "uxtb r5, r4\n"
        "asrs r2, r4, #20\n lsls r2, r5\n mov r9, r2\n"
        "lsls r2, r4, #12\n asrs r2, r2, #20\n lsls r2, r5\n mov r8, r2\n"
        "adds r5, #11\n"
        "ldr r0, [r0, #0]\n"
        "1: ldm r0!, {r4}\n"
        "cmp r4, r9\n ble 2f\n mov r4, r9\n"
        "2: cmp r4, r8\n bge 3f\n mov r4, r8\n"
        "3: mov r2, r12\n muls r2, r4, r2\n asrs r2, r2, #10\n"
        "mov r3, r11\n muls r3, r4, r3\n adds r2, r2, r3\n asrs r2, r2, #10\n"
        "asrs r3, r4, #31\n ands r3, r6\n adds r2, r2, r3\n"
        "mov r3, r10\n muls r4, r3, r4\n adds r4, r4, r2\n"
        "add r4, lr\n asrs r4, r5\n"
        "strb r4, [r1]\n adds r1, r1, r7\n"
        "ldr r2, [sp, #0]\n cmp r0, r2\n bne 1b\n"
        "pop {r1}\n"
        "pop {r4-r7}\n"
        "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
        "pop {r4-r7, pc}\n");
}

#else

/* The same in C. What wraps around modulo 2^32 is unsigned. */
static void pack(const packing *v)
{
    const int32_t n = v->length / 4;
    uint32_t *words = v->words;
    for (const int32_t *from = v->from; from < v->end; from += 2, words += n + v->skip / 4) {
        const int8_t *upper = from[0] < 0 ? v->padding : v->image + from[0];
        const int8_t *lower = from[1] < 0 ? v->padding : v->image + from[1];
        for (int32_t i = 0; i < n; i++) {
            words[i] = (uint32_t)upper[from[0] < 0 ? 0 : i * v->step] +
                       ((uint32_t)lower[from[1] < 0 ? 0 : i * v->step] << 16);
        }
    }
}

static void convolve_one(const windows *v, const uint32_t *window, int32_t *total)
{
    const int32_t *t = v->table;
    uint32_t s = window[t[0] / 4] * (uint32_t)t[1];
    uint32_t all = s, high = (uint32_t)((int32_t)(s + UINT32_C(0x8000)) >> 16);
    for (t += 2; t < v->end; t += 4) {
        s = window[t[0] / 4] * (uint32_t)t[2] + window[t[1] / 4] * (uint32_t)t[3];
        all += s;
        high += (uint32_t)((int32_t)(s + UINT32_C(0x8000)) >> 16);
    }
    total[0] = (int32_t)(all - (high << 16) + (uint32_t)v->bias);
    total[v->half / 4] = (int32_t)(high + (uint32_t)v->bias);
}

static void convolve(const windows *v)
{
    const uint32_t *window = v->words;
    int32_t *total = v->totals;
    for (int32_t row = 0; row < v->rows; row++, window += v->skip / 4) {
        for (int32_t x = 0; x < v->length / v->step; x++, window += v->step / 4) {
            convolve_one(v, window, total++);
        }
    }
}

static void requantize(const outputs *v)
{
    int8_t *y = v->output;
    for (const int32_t *total = v->totals; total < v->end; total++, y += v->step) {
        *y = thimble_split_requantize(*total, v->scale, v->twice ? THIMBLE_ROUND_TWICE : THIMBLE_ROUND_ONCE);
    }
}

#endif

/* Where the lines of a strip come from, whose first window starts in line `top` of the image and whose lower half
 * starts `apart` lines below the upper one. */
static void find_lines(const thimble_depthwise_conv2d_s8_m0_params *p, int32_t *from, int32_t lines, int32_t top,
                       int32_t apart)
{
    const int32_t line = p->in_width * p->channels;
    for (int32_t i = 0; i < lines; i++) {
        for (int32_t half = 0; half < 2; half++) {
            const int32_t y = top + i + half * apart;
            *from++ = y >= 0 && y < p->in_height ? y * line : -1;
        }
    }
}

/* Taps in the table: an odd number, 3 or more. */
static int32_t slots_of(const thimble_depthwise_conv2d_s8_m0_params *p)
{
    const int32_t taps = p->kernel_height * p->kernel_width;
    return taps < 3 ? 3 : taps | 1;
}

/* Offsets of the taps, and where the padding stays: both are the same for all channels. */
static void prepare(const thimble_depthwise_conv2d_s8_m0_params *p, int32_t *table, uint32_t *words, int32_t width,
                    int32_t lines)
{
    for (int32_t i = 0; i < 2 * slots_of(p); i++) {
        table[i] = 0;
    }
    int32_t tap = 0;
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        for (int32_t kx = 0; kx < p->kernel_width; kx++, tap++) {
            table[tap == 0 ? 0 : 4 * ((tap + 1) / 2) - 2 + (tap + 1) % 2] =
                4 * (ky * p->dilation_height * width + kx * p->dilation_width);
        }
    }
    const uint32_t zero = (uint32_t)p->input_zero;
    for (int32_t i = 0; i < lines * width; i++) {
        words[i] = zero + (zero << 16);
    }
}

static const int8_t *put_weights(int32_t *table, const int8_t *weights, int32_t taps)
{
    table[1] = *weights++;
    for (table += 4; taps > 2; taps -= 2, table += 4) {
        table[0] = *weights++;
        table[1] = *weights++;
    }
    if (taps == 2) {
        table[0] = *weights++;
    }
    return weights;
}

void thimble_depthwise_conv2d_s8_m0(const thimble_depthwise_conv2d_s8_m0_params *p, const int8_t *input,
                                    int8_t *output, void *scratch)
{
    const int32_t taps = p->kernel_height * p->kernel_width, n = p->channels;
    const int32_t width = (p->out_width - 1) * p->stride_width + (p->kernel_width - 1) * p->dilation_width + 1;
    const int32_t below = (p->kernel_height - 1) * p->dilation_height + 1;
    const int32_t inside = width - p->pad_left < p->in_width ? width - p->pad_left : p->in_width;
    const int32_t all_lines = (p->half_rows - 1) * p->stride_height + below;
    int32_t *table = scratch, *table_end = table + 2 * slots_of(p), *from = table_end;
    uint32_t *words = (uint32_t *)(from + 2 * all_lines);
    int32_t *totals = (int32_t *)(words + all_lines * width);
    packing in = {from, from, words + p->pad_left, 4 * (width - inside), 4 * inside, input, &p->input_zero, n};
    windows view = {words, table, table_end, totals, 0, 0, 4 * p->out_width * p->stride_width,
                    4 * p->stride_width, 4 * (p->stride_height * width - p->out_width * p->stride_width), 0};
    outputs out = {totals, totals, output, n, p->scaling, p->rounding == THIMBLE_ROUND_TWICE ? -2048 : 0};
    prepare(p, table, words, width, all_lines);
    for (int32_t row = 0; row < p->out_height; row += 2 * p->half_rows) {
        const int32_t left = p->out_height - row, rows = left < 2 * p->half_rows ? left : 2 * p->half_rows;
        view.rows = (rows + 1) / 2;
        view.half = 4 * view.rows * p->out_width;
        in.end = from + 2 * ((view.rows - 1) * p->stride_height + below);
        find_lines(p, from, (int32_t)(in.end - from) / 2, row * p->stride_height - p->pad_top,
                   view.rows * p->stride_height);
        out.end = totals + rows * p->out_width;
        const int8_t *weights = p->weights;
        for (int32_t c = 0; c < n; c++) {
            in.image = input + c;
            view.bias = p->scaling[4 * c];
            out.scale = p->scaling + 4 * c + 1;
            out.output = output + row * p->out_width * n + c;
            weights = put_weights(table, weights, taps);
            pack(&in);
            convolve(&view);
            requantize(&out);
        }
    }
}
