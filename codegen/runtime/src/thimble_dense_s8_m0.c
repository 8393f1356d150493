/* int8 dense layer, eight rows at a time.
 *
 * Each input is loaded once for eight rows, and a weight without a sign takes one load, LDRB, where one with a
 * sign takes two instructions. What the 128 too much in each weight adds, 128 * (sum of the inputs), is the
 * same for all rows and is subtracted at the end. All sums are taken modulo 2^32, so only the final ones need
 * to fit, and those are the reference's. */
#include "thimble_dense_s8_m0.h"
#include "thimble_naked.h"
#include "thimble_requantize.h"
#include "thimble_small.h"
#include "thimble_split_requantize.h"

enum { ROWS = 8 };

#if defined(__ARM_ARCH_6M__)

/* r0 input, r1 weights, r2 an input, r3 a product, r4 to r11 the sums, lr the end of the input. */
THIMBLE_NAKED static void eight_rows(const int8_t *input, const uint8_t *weights, int32_t n,
                                                        uint32_t *sums)
{
    __asm__(
        ".syntax unified\n"
        ".macro row weight, sum\n"
        "ldrb r3, [r1, #\\weight]\n"
        "muls r3, r2, r3\n"
        "add \\sum, r3\n"
        ".endm\n"
        "push {r3, r4-r7, lr}\n"
        "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
        "push {r4-r7}\n"
        "adds r3, r0, r2\n mov lr, r3\n"
        "negs r3, r2\n movs r4, #3\n ands r3, r4\n" /* inputs that are missing to a multiple of 4 */
        "subs r0, r0, r3\n"
        "lsls r4, r3, #3\n subs r1, r1, r4\n"
        "movs r4, #52\n muls r3, r4, r3\n"          /* bytes of code an input: enter the loop late */
        "adr r4, 1f\n adds r3, r3, r4\n"
        "movs r4, #0\n movs r5, #0\n movs r6, #0\n movs r7, #0\n"
        "mov r8, r4\n mov r9, r4\n mov r10, r4\n mov r11, r4\n"
        "mov pc, r3\n"
        ".p2align 2\n"
        "1:\n"
        ".irp input, 0, 1, 2, 3\n"
        "ldrb r2, [r0, #\\input]\n"
        "sxtb r2, r2\n"
        "row 8*\\input, r4\n row 8*\\input+1, r5\n row 8*\\input+2, r6\n row 8*\\input+3, r7\n"
        "row 8*\\input+4, r8\n row 8*\\input+5, r9\n row 8*\\input+6, r10\n row 8*\\input+7, r11\n"
        ".endr\n"
        "adds r1, #32\n"
        "adds r0, #4\n"
        "cmp r0, lr\n"
        "bne 1b\n"
        "ldr r0, [sp, #16]\n"                       /* sums, as they came */
        "stm r0!, {r4-r7}\n"
        "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
        "stm r0!, {r4-r7}\n"
        "pop {r4-r7}\n"
        "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
        "pop {r3, r4-r7, pc}\n"
        ".purgem row\n");
}

#else

static void eight_rows(const int8_t *input, const uint8_t *weights, int32_t n, uint32_t *sums)
{
    for (int32_t row = 0; row < ROWS; row++) {
        sums[row] = 0;
        for (int32_t i = 0; i < n; i++) {
            sums[row] += (uint32_t)weights[ROWS * i + row] * (uint32_t)input[i];
        }
    }
}

#endif

/* One row whose weights have their sign. */
static uint32_t one_row(const int8_t *input, const int8_t *weights, int32_t n)
{
    uint32_t sum = 0;
    for (int32_t i = 0; i < n; i++) {
        sum += (uint32_t)(input[i] * weights[i]);
    }
    return sum;
}

/* A scale that does not come apart: a long multiplication an output, beside those of all its inputs. */
THIMBLE_SMALL static int8_t scaled(const thimble_dense_s8_m0_params *p, int32_t total, const int32_t *scaling)
{
    const int32_t y = thimble_requantize_once(total, scaling[0], scaling[1]);
    return thimble_clamp_s8(y + p->output_zero, p->output_min, p->output_max);
}

void thimble_dense_s8_m0(const thimble_dense_s8_m0_params *p, const int8_t *input, int8_t *output)
{
    uint32_t excess = 0;
    for (int32_t i = 0; i < p->inputs; i++) {
        excess += (uint32_t)input[i];
    }
    excess *= 128;
    const int8_t *w = p->weights;
    const int32_t *bias = p->bias, *scaling = p->scaling;
    const int32_t step = p->per_channel ? 3 : 0;
    for (int32_t left = p->outputs; left > 0; left -= ROWS) {
        uint32_t sums[ROWS];
        const int32_t rows = left < ROWS ? left : ROWS;
        if (rows == ROWS) {
            eight_rows(input, (const uint8_t *)w, p->inputs, sums);
            w += ROWS * p->inputs;
        } else {
            for (int32_t row = 0; row < rows; row++, w += p->inputs) {
                sums[row] = excess + one_row(input, w, p->inputs);
            }
        }
        for (int32_t row = 0; row < rows; row++, scaling += step) {
            const int32_t total = (int32_t)(sums[row] - excess + (uint32_t)*bias++);
            *output++ = p->split ? thimble_split_requantize(total, scaling, THIMBLE_ROUND_ONCE)
                                 : scaled(p, total, scaling);
        }
    }
}
