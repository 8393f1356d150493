/* int8 sum, 13 instructions an element.
 *
 * With a's scale the larger one, a's part of the sum is exact: a * 2^19. That of b is b * 2^20 times a multiplier,
 * and the sum is scaled in the same way: SMMLAR(2x, multiplier, c) = round(x * multiplier / 2^31) + c, half towards
 * plus infinity. With c = 2^(shift - 1) - [x < 0], a shift then rounds half away from zero, as the reference does. */
#include "thimble_add_s8_m4.h"
#include "thimble_dsp.h"
#include "thimble_naked.h"
#include "thimble_requantize.h"

#if THIMBLE_HAS_DSP

/* Fours of elements up to `end`. Registers: r0 and r12 an element, r1 a, r2 b, r3 output, r4 to r11 the
 * parameters, lr the end. */
THIMBLE_NAKED static void fours(const thimble_add_s8_m4_params *p, const int8_t *a, const int8_t *b,
                                                   int8_t *output, const int8_t *end)
{
    __asm__(".syntax unified\n"
            "push {r4-r11, lr}\n"
            "ldr lr, [sp, #36]\n"
            "ldm r0, {r4-r11}\n"
            "cmp r3, lr\n beq 2f\n"
            "1:\n"
            ".rept 4\n"
            "ldrsb r0, [r2], #1\n add r0, r5, r0, lsl #21\n"
            "add r12, r7, r0, asr #31\n smmlar r0, r0, r6, r12\n"
            "ldrsb r12, [r1], #1\n"
            "asr r0, r0, r8\n"
            "add r12, r4, r12, lsl #20\n add r0, r12, r0, lsl #1\n"
            "add r12, r9, r0, asr #31\n smmlar r0, r0, r10, r12\n"
            "asr r0, r0, r11\n ssat r0, #8, r0\n"
            "strb r0, [r3], #1\n"
            ".endr\n"
            "cmp r3, lr\n bne 1b\n"
            "2:\n"
            "pop {r4-r11, pc}\n");
}

#endif

/* round(twice / 2 * multiplier / 2^31), of which a shift by the bits of `half` gives what is rounded half away from
 * zero. */
static inline int32_t scaled(int32_t twice, int32_t multiplier, int32_t half)
{
    const int32_t high = (int32_t)(((int64_t)twice * multiplier + (INT64_C(1) << 31)) >> 32);
    return high + half - (twice < 0 ? 1 : 0);
}

static int8_t sum(const thimble_add_s8_m4_params *p, int32_t a, int32_t b)
{
    const int32_t twice_b = b * (INT32_C(1) << 21) + p->b_offset;
    const int32_t part = scaled(twice_b, p->b_multiplier, p->b_half) >> p->b_shift;
    const int32_t twice = a * (INT32_C(1) << 20) + p->a_offset + 2 * part;
    return thimble_clamp_s8(scaled(twice, p->multiplier, p->rounding) >> p->shift, INT8_MIN, INT8_MAX);
}

void thimble_add_s8_m4(const thimble_add_s8_m4_params *p, const int8_t *first, const int8_t *second, int8_t *output)
{
    const int8_t *const a = p->b_first ? second : first, *const b = p->b_first ? first : second;
    uint32_t done = 0;
#if THIMBLE_HAS_DSP
    done = p->elements & ~UINT32_C(3);
    fours(p, a, b, output, output + done);
#endif
    for (uint32_t i = done; i < p->elements; i++) {
        output[i] = sum(p, a[i], b[i]);
    }
    if (p->output_min > INT8_MIN || p->output_max < INT8_MAX) {
        for (uint32_t i = 0; i < p->elements; i++) {
            output[i] = thimble_clamp_s8(output[i], p->output_min, p->output_max);
        }
    }
}
