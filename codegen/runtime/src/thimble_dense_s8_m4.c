/* int8 dense layer with two products in one SMLAD, four rows at a time.
 *
 * A half of a word of weights is 256 * second row + first row + 128, and is multiplied as it is; the first row's
 * bytes alone are multiplied once more. The difference of both sums, modulo 2^32, is 256 times that of the second
 * row, whose bytes so need not be taken out; the 128 are taken off again with the sum of the inputs. For four inputs
 * and four rows there are ten instructions beside six to load and to take bytes out. */
#include "thimble_dense_s8_m4.h"
#include "thimble_dsp.h"
#include "thimble_requantize.h"

enum {
    ROWS = 4,
    MOST_INPUTS = 496 /* at a time: whose sum of products is below 2^23 */
};

/* For a pair of rows: the first row's sum, and the sum of both. */
typedef struct {
    int32_t first, both;
} sums;

static inline int32_t second(sums s)
{
    return (int32_t)((uint32_t)s.both - (uint32_t)s.first) >> 8;
}

static inline sums add_products(sums s, const uint32_t *w, uint32_t even, uint32_t odd)
{
    const uint32_t first_row = UINT32_C(0x00ff00ff);
    s.both = thimble_multiply_halves(w[0], even, s.both);
    s.both = thimble_multiply_halves(w[1], odd, s.both);
    s.first = thimble_multiply_halves(w[0] & first_row, even, s.first);
    s.first = thimble_multiply_halves(w[1] & first_row, odd, s.first);
    return s;
}

/* The last one to three inputs, and 0 after them. */
__attribute__((noinline)) static uint32_t rest_of(const int8_t *input, int32_t n)
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

#if THIMBLE_HAS_DSP

/* Compilers load the words one by one and move them about. Four rows; even inputs in r5, odd ones in r4. */
#define FOUR_WORDS                                                                                                     \
    "ldm %[w]!, {r2, r3, r6, r8}\n"                                                                                    \
    "smlad %[both0], r2, r5, %[both0]\n smlad %[both1], r6, r5, %[both1]\n"                                            \
    "smlad %[both0], r3, r4, %[both0]\n smlad %[both1], r8, r4, %[both1]\n"                                            \
    "uxtb16 r2, r2\n uxtb16 r3, r3\n uxtb16 r6, r6\n uxtb16 r8, r8\n"                                                  \
    "smlad %[first0], r2, r5, %[first0]\n smlad %[first1], r6, r5, %[first1]\n"                                        \
    "smlad %[first0], r3, r4, %[first0]\n smlad %[first1], r8, r4, %[first1]\n"
#define EIGHT_INPUTS                                                                                                   \
    "ldm %[x]!, {r4, r9}\n"                                                                                            \
    "sxtb16 r5, r4\n sxtb16 r4, r4, ror #8\n" FOUR_WORDS "sxtb16 r5, r9\n sxtb16 r4, r9, ror #8\n" FOUR_WORDS
#define FOUR_INPUTS "ldr r4, [%[x]], #4\n sxtb16 r5, r4\n sxtb16 r4, r4, ror #8\n" FOUR_WORDS
#define REGISTERS                                                                                                      \
    [x] "+r"(input), [w] "+r"(w), [first0] "+r"(a.first), [both0] "+r"(a.both), [first1] "+r"(b.first),                \
        [both1] "+r"(b.both)                                                                                           \
        :                                                                                                              \
        : "r2", "r3", "r4", "r5", "r6", "r8", "r9", "memory"

#endif

/* The totals of four rows, without the bias. Returns the weights of the next ones. */
static inline const uint32_t *four_rows(const uint32_t *w, const int8_t *input, int32_t n, int32_t *totals)
{
    for (; n > 0; n -= MOST_INPUTS) {
        const int8_t *const next = input + MOST_INPUTS;
        int32_t left = n < MOST_INPUTS ? n : MOST_INPUTS;
        sums a = {0, 0}, b = {0, 0};
#if THIMBLE_HAS_DSP
        for (const int8_t *const end = input + (left & ~15); input != end;) {
            __asm__ volatile(EIGHT_INPUTS EIGHT_INPUTS : REGISTERS);
        }
        for (const int8_t *const end = input + (left & 12); input != end;) {
            __asm__ volatile(FOUR_INPUTS : REGISTERS);
        }
        left &= 3;
#endif
        for (; left > 0; left -= 4, input += 4, w += 4) {
            const uint32_t bytes = four_inputs(input, left);
            const uint32_t even = thimble_even_bytes(bytes), odd = thimble_odd_bytes(bytes);
            a = add_products(a, w, even, odd);
            b = add_products(b, w + 2, even, odd);
        }
        totals[0] += a.first;
        totals[1] += second(a);
        totals[2] += b.first;
        totals[3] += second(b);
        input = next;
    }
    return w;
}

/* Those of two rows. */
__attribute__((noinline)) static const uint32_t *two_rows(const uint32_t *w, const int8_t *input, int32_t n,
                                                          int32_t *totals)
{
    for (; n > 0; n -= MOST_INPUTS) {
        sums a = {0, 0};
        for (int32_t left = n < MOST_INPUTS ? n : MOST_INPUTS; left > 0; left -= 4, input += 4, w += 2) {
            const uint32_t bytes = four_inputs(input, left);
            a = add_products(a, w, thimble_even_bytes(bytes), thimble_odd_bytes(bytes));
        }
        totals[0] += a.first;
        totals[1] += second(a);
    }
    return w;
}

/* 128 times the sum of the inputs. */
__attribute__((noinline)) static int32_t sum_times_128(const int8_t *input, int32_t n)
{
    const uint32_t both_128 = UINT32_C(0x00800080);
    int32_t sum = 0;
    for (; n > 0; n -= 4, input += 4) {
        const uint32_t bytes = four_inputs(input, n);
        sum = thimble_multiply_halves(thimble_even_bytes(bytes), both_128, sum);
        sum = thimble_multiply_halves(thimble_odd_bytes(bytes), both_128, sum);
    }
    return sum;
}

/* Outputs not clamped to less than int8 yet. Nothing of the product's lower word changes where it is cut off. */
__attribute__((noinline)) static void finish(const thimble_dense_s8_m4_params *p, int32_t row, int32_t rows,
                                             const int32_t *totals, int8_t *output)
{
    const int32_t scale = p->per_channel ? row : 0, next = p->per_channel, zero = 2 * p->output_zero + 1;
    const int32_t *multiplier = p->multiplier + scale, *bias = p->bias + row;
    const int8_t *shift = p->shift + scale;
    for (const int32_t *const end = totals + rows; totals != end; multiplier += next, shift += next) {
        const int32_t right = -1 - *shift, rounding = zero * (INT32_C(1) << (right - 1));
        const int32_t y = thimble_multiply_high(*totals++ + *bias++, *multiplier, rounding) >> right;
        *output++ = thimble_saturate_s8(y);
    }
}

/* The same for four rows of one scale. */
static inline void finish_four(const int32_t *totals, const int32_t *bias, int32_t multiplier, int32_t right,
                               int32_t rounding, int8_t *output)
{
    const int32_t a = totals[0] + bias[0], b = totals[1] + bias[1], c = totals[2] + bias[2], d = totals[3] + bias[3];
    output[0] = thimble_saturate_s8(thimble_multiply_high(a, multiplier, rounding) >> right);
    output[1] = thimble_saturate_s8(thimble_multiply_high(b, multiplier, rounding) >> right);
    output[2] = thimble_saturate_s8(thimble_multiply_high(c, multiplier, rounding) >> right);
    output[3] = thimble_saturate_s8(thimble_multiply_high(d, multiplier, rounding) >> right);
}

void thimble_dense_s8_m4(const thimble_dense_s8_m4_params *p, const int8_t *input, int8_t *output)
{
    const uint32_t *w = p->weights;
    const int32_t offset = -sum_times_128(input, p->inputs), outputs = p->outputs;
    const int32_t multiplier = *p->multiplier, right = -1 - *p->shift;
    const int32_t rounding = (2 * p->output_zero + 1) * (INT32_C(1) << (right - 1));
    for (int32_t row = 0; row < outputs; row += ROWS) {
        const int32_t left = outputs - row;
        int32_t totals[ROWS] = {offset, 0, offset, 0};
        w = left > 2 ? four_rows(w, input, p->inputs, totals) : two_rows(w, input, p->inputs, totals);
        if (left >= ROWS && !p->per_channel) {
            finish_four(totals, p->bias + row, multiplier, right, rounding, output + row);
        } else {
            finish(p, row, left < ROWS ? left : ROWS, totals, output + row);
        }
    }
    if (p->output_min > INT8_MIN || p->output_max < INT8_MAX) {
        for (int32_t row = 0; row < outputs; row++) {
            output[row] = thimble_clamp_s8(output[row], p->output_min, p->output_max);
        }
    }
}
