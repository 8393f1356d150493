/* The few DSP instructions of the Cortex-M4 that kernels use, and the same results in plain C elsewhere. */
#ifndef THIMBLE_DSP_H
#define THIMBLE_DSP_H

#include <stdint.h>

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__) && !defined(__ARM_BIG_ENDIAN)
#define THIMBLE_HAS_DSP 1

/* Four bytes from anywhere, the first one lowest. */
static inline uint32_t thimble_load_4(const int8_t *from)
{
    uint32_t word;
    __builtin_memcpy(&word, from, sizeof word);
    return word;
}

/* Two halves from anywhere. */
static inline uint32_t thimble_load_halves(const int16_t *from)
{
    uint32_t word;
    __builtin_memcpy(&word, from, sizeof word);
    return word;
}

/* Bytes 0 and 2 (even) or 1 and 3 (odd), sign-extended to the halves of a word. */
static inline uint32_t thimble_even_bytes(uint32_t bytes)
{
    uint32_t result;
    __asm__("sxtb16 %0, %1" : "=r"(result) : "r"(bytes));
    return result;
}

static inline uint32_t thimble_odd_bytes(uint32_t bytes)
{
    uint32_t result;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(result) : "r"(bytes));
    return result;
}

/* The lower halves of both, or the upper halves: that of `a` goes to the lower half. */
static inline uint32_t thimble_lower_halves(uint32_t a, uint32_t b)
{
    uint32_t result;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(result) : "r"(a), "r"(b));
    return result;
}

static inline uint32_t thimble_upper_halves(uint32_t a, uint32_t b)
{
    uint32_t result;
    __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(result) : "r"(b), "r"(a));
    return result;
}

#else
#define THIMBLE_HAS_DSP 0

static inline uint32_t thimble_load_halves(const int16_t *from)
{
    return (uint32_t)(uint16_t)from[0] | (uint32_t)(uint16_t)from[1] << 16;
}

static inline uint32_t thimble_load_4(const int8_t *from)
{
    return (uint32_t)(uint8_t)from[0] | (uint32_t)(uint8_t)from[1] << 8 | (uint32_t)(uint8_t)from[2] << 16 |
           (uint32_t)(uint8_t)from[3] << 24;
}

static inline uint32_t thimble_even_bytes(uint32_t bytes)
{
    return (uint32_t)(uint16_t)(int8_t)(uint8_t)bytes |
           (uint32_t)(uint16_t)(int8_t)(uint8_t)(bytes >> 16) << 16;
}

static inline uint32_t thimble_odd_bytes(uint32_t bytes)
{
    return thimble_even_bytes(bytes >> 8);
}

static inline uint32_t thimble_lower_halves(uint32_t a, uint32_t b)
{
    return (a & 0xffffu) | b << 16;
}

static inline uint32_t thimble_upper_halves(uint32_t a, uint32_t b)
{
    return a >> 16 | (b & 0xffff0000u);
}

#endif

/* LLVM 21 vectorizes several products in a row into wrong ones, on x86 with AVX2: there each is a call. */
#if THIMBLE_HAS_DSP || !defined(__clang__)
#define THIMBLE_PRODUCT static inline
#else
#define THIMBLE_PRODUCT __attribute__((noinline, unused)) static
#endif

/* sum + the product of the lower halves + that of the upper halves, both signed, modulo 2^32 (SMLAD). */
THIMBLE_PRODUCT int32_t thimble_multiply_halves(uint32_t a, uint32_t b, int32_t sum)
{
#if THIMBLE_HAS_DSP
    int32_t result;
    __asm__("smlad %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
    return result;
#else
    const int32_t lower = (int16_t)(uint16_t)a * (int16_t)(uint16_t)b;
    const int32_t upper = (int16_t)(uint16_t)(a >> 16) * (int16_t)(uint16_t)(b >> 16);
    return (int32_t)((uint32_t)sum + (uint32_t)lower + (uint32_t)upper);
#endif
}

/* sum + the upper word of the product (SMMLA). */
static inline int32_t thimble_multiply_high(int32_t a, int32_t b, int32_t sum)
{
#if THIMBLE_HAS_DSP
    int32_t result;
    __asm__("smmla %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
    return result;
#else
    return sum + (int32_t)((int64_t)a * b >> 32);
#endif
}

/* The nearest int8 (SSAT). */
static inline int8_t thimble_saturate_s8(int32_t x)
{
#if THIMBLE_HAS_DSP
    int32_t result;
    __asm__("ssat %0, #8, %1" : "=r"(result) : "r"(x));
    return (int8_t)result;
#else
    return (int8_t)(x < INT8_MIN ? INT8_MIN : x > INT8_MAX ? INT8_MAX : x);
#endif
}

#endif
