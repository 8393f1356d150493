/* Requantization with any scale, where speed does not matter: all outputs at once are scaled elsewhere. */
#include "thimble_sparse_scale.h"
#include "thimble_dsp.h"
#include "thimble_requantize.h"
#include "thimble_small.h"

int8_t thimble_sparse_scale(const thimble_sparse_output *o, int32_t sum, const int32_t *scaling)
{
    const int32_t total = sum + scaling[0], shift = o->split ? -1 - (scaling[2] & 255) : scaling[2];
    const int32_t y = o->rounding == THIMBLE_ROUND_TWICE ? thimble_requantize_twice(total, scaling[1], shift)
                                                         : thimble_requantize_once(total, scaling[1], shift);
    return thimble_clamp_s8(y + o->output_zero, o->output_min, o->output_max);
}

#if THIMBLE_HAS_DSP

/* Each byte of a where it is at least that of b, else b's. */
static inline uint32_t larger_bytes(uint32_t a, uint32_t b)
{
    uint32_t result;
    __asm__("ssub8 %0, %1, %2\n sel %0, %1, %2" : "=&r"(result) : "r"(a), "r"(b) : "cc");
    return result;
}

/* Each byte of a where it is at most that of b, else b's. */
static inline uint32_t smaller_bytes(uint32_t a, uint32_t b)
{
    uint32_t result;
    __asm__("ssub8 %0, %2, %1\n sel %0, %1, %2" : "=&r"(result) : "r"(a), "r"(b) : "cc");
    return result;
}

#endif

THIMBLE_SMALL void thimble_sparse_clamp(const thimble_sparse_output *o, int8_t *outputs, int32_t n)
{
    const int32_t low = o->output_min, high = o->output_max;
#if THIMBLE_HAS_DSP
    const uint32_t lows = (uint8_t)low * UINT32_C(0x01010101), highs = (uint8_t)high * UINT32_C(0x01010101);
    for (; n >= 8; n -= 8, outputs += 8) {
        const uint32_t four = thimble_load_4(outputs), next = thimble_load_4(outputs + 4);
        const uint32_t clamped[2] = {smaller_bytes(larger_bytes(four, lows), highs),
                                     smaller_bytes(larger_bytes(next, lows), highs)};
        __builtin_memcpy(outputs, clamped, sizeof clamped);
    }
#endif
    for (; n > 0; n--, outputs++) {
        *outputs = thimble_clamp_s8(*outputs, low, high);
    }
}
