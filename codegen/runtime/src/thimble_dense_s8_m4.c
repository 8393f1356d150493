/* int8 dense layer with two products in one SMLAD, four rows at a time: for four inputs one load of them, one
 * of the four words of weights, ten SXTB16 and eight SMLAD. */
#include "thimble_dense_s8_m4.h"
#include "thimble_dsp.h"
#include "thimble_requantize.h"

enum { ROWS = 4 };

/* Four inputs of the first or the second row of two words. */
static inline int32_t first_row(uint32_t a, uint32_t b, uint32_t even, uint32_t odd, int32_t sum)
{
    sum = thimble_multiply_halves(thimble_even_bytes(a), even, sum);
    return thimble_multiply_halves(thimble_even_bytes(b), odd, sum);
}

static inline int32_t second_row(uint32_t a, uint32_t b, uint32_t even, uint32_t odd, int32_t sum)
{
    sum = thimble_multiply_halves(thimble_odd_bytes(a), even, sum);
    return thimble_multiply_halves(thimble_odd_bytes(b), odd, sum);
}

/* The last one to three inputs, and 0 after them. */
static uint32_t rest_of(const int8_t *input, int32_t n)
{
    uint32_t bytes = 0;
    for (int32_t i = 0; i < n; i++) {
        bytes |= (uint32_t)(uint8_t)input[i] << (8 * i);
    }
    return bytes;
}

/* The next four inputs, or the last ones. */
static inline uint32_t four_inputs(const int8_t *input, int32_t left)
{
    return left >= 4 ? thimble_load_4(input) : rest_of(input, left);
}

/* Returns the weights of the next group. */
__attribute__((noinline)) static const uint32_t *four_rows(const uint32_t *w, const int8_t *input, int32_t n, int32_t *sums)
{
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#if THIMBLE_HAS_DSP
    /* Compilers load the words one by one and move them about. */
    const int8_t *const end = input + (n & ~3);
    while (input != end) {
        __asm__ volatile(
            "ldr r4, [%[x]], #4\n"
            "ldm %[w]!, {r2, r3, r6, r8}\n"
            "sxtb16 r5, r4\n sxtb16 r4, r4, ror #8\n"
            "sxtb16 r9, r2\n smlad %[s0], r9, r5, %[s0]\n"
            "sxtb16 r9, r3\n smlad %[s0], r9, r4, %[s0]\n"
            "sxtb16 r2, r2, ror #8\n smlad %[s1], r2, r5, %[s1]\n"
            "sxtb16 r3, r3, ror #8\n smlad %[s1], r3, r4, %[s1]\n"
            "sxtb16 r9, r6\n smlad %[s2], r9, r5, %[s2]\n"
            "sxtb16 r9, r8\n smlad %[s2], r9, r4, %[s2]\n"
            "sxtb16 r6, r6, ror #8\n smlad %[s3], r6, r5, %[s3]\n"
            "sxtb16 r8, r8, ror #8\n smlad %[s3], r8, r4, %[s3]\n"
            : [x] "+r"(input), [w] "+r"(w), [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3)
            :
            : "r2", "r3", "r4", "r5", "r6", "r8", "r9", "memory");
    }
    n &= 3;
#endif
    for (; n > 0; n -= 4, input += 4, w += 4) {
        const uint32_t bytes = four_inputs(input, n);
        const uint32_t even = thimble_even_bytes(bytes), odd = thimble_odd_bytes(bytes);
        s0 = first_row(w[0], w[1], even, odd, s0);
        s1 = second_row(w[0], w[1], even, odd, s1);
        s2 = first_row(w[2], w[3], even, odd, s2);
        s3 = second_row(w[2], w[3], even, odd, s3);
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
    return w;
}

__attribute__((noinline)) static void two_rows(const uint32_t *w, const int8_t *input, int32_t n, int32_t *sums)
{
    int32_t s0 = 0, s1 = 0;
    for (const int8_t *const end = input + (n & ~3); input != end; input += 4, w += 2) {
        const uint32_t bytes = thimble_load_4(input);
        const uint32_t even = thimble_even_bytes(bytes), odd = thimble_odd_bytes(bytes);
        s0 = first_row(w[0], w[1], even, odd, s0);
        s1 = second_row(w[0], w[1], even, odd, s1);
    }
    if (n & 3) {
        const uint32_t bytes = rest_of(input, n & 3);
        const uint32_t even = thimble_even_bytes(bytes), odd = thimble_odd_bytes(bytes);
        s0 = first_row(w[0], w[1], even, odd, s0);
        s1 = second_row(w[0], w[1], even, odd, s1);
    }
    sums[0] = s0;
    sums[1] = s1;
}

void thimble_dense_s8_m4(const thimble_dense_s8_m4_params *p, const int8_t *input, int8_t *output)
{
    const uint32_t *w = p->weights;
    for (int32_t row = 0; row < p->outputs; row += ROWS) {
        const int32_t left = p->outputs - row;
        int32_t sums[ROWS] = {0, 0, 0, 0};
        if (left > 2) {
            w = four_rows(w, input, p->inputs, sums);
        } else {
            two_rows(w, input, p->inputs, sums);
        }
        for (int32_t i = row; i < row + ROWS && i < p->outputs; i++) {
            const int32_t scale = p->per_channel ? i : 0, sum = sums[i - row] + p->bias[i];
            const int32_t y =
                thimble_requantize_once(sum, p->multiplier[scale], p->shift[scale]) + p->output_zero;
            output[i] = thimble_clamp_s8(y, p->output_min, p->output_max);
        }
    }
}
