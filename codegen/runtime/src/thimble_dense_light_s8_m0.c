/* int8 dense layer, four rows at a time, two multiplications in one 32-bit MULS.
 *
 * A word holds the weights of four rows for one input x, each plus 128: W = A + 2^8 * B, where A has rows 0 and 2
 * and B rows 1 and 3, 16 bits apart, and each is 128 * (1 + 2^16) = K too large. Modulo 2^32, the sums of x * W and
 * of x * B over some inputs give those of A and B; less K * (sum of x), each is two sums, u + v * 2^16. As long as
 * u fits in 16 bits with its sign, (u + v * 2^16 + 2^15) >> 16 is exactly v. Small weights let that wait for many
 * inputs. Let `high` add up the v, and `all` the words; then the sum of the u is all - high * 2^16. */
#include "thimble_dense_light_s8_m0.h"
#include "thimble_naked.h"
#include "thimble_split_requantize.h"

enum { ROWS = 4, INPUTS = 8, WORDS = INPUTS + 2 };

/* Of eight inputs there are ten words: the inputs, K * (their sum), and 257 times that. */
typedef struct {
    const uint32_t *words, *end;
    const uint8_t *weights;
    int32_t piece;  /* bytes of words between two moments at which the sums are taken apart */
    uint32_t *sums; /* of the rows; what is there is added to */
    uint32_t excess; /* 2^15 for each such moment: `all` has it too much */
} four;

#if defined(__ARM_ARCH_6M__)

/* r0 words, r1 weights, r2 r3 work, r4 an input, r5 0x00FF00FF, r6 r7 sums of x * B and x * W, r8 r9 `all` and r10 r11
 * `high` of A and B, r12 end of the piece, lr 2^15. On the stack: 0 end of the words, 4 piece, 8 four. */
THIMBLE_NAKED static void four_rows(const four *f)
{
    __asm__(
        ".syntax unified\n"
        "push {r4-r7, lr}\n"
        "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
        "push {r4-r7}\n"
        "sub sp, #12\n"
        "str r0, [sp, #8]\n mov r4, r0\n"
        "ldr r0, [r4, #0]\n mov r12, r0\n"
        "ldr r2, [r4, #4]\n str r2, [sp, #0]\n"
        "ldr r1, [r4, #8]\n"
        "ldr r2, [r4, #12]\n str r2, [sp, #4]\n"
        "movs r2, #0\n mov r8, r2\n mov r9, r2\n mov r10, r2\n mov r11, r2\n"
        "movs r2, #1\n lsls r2, r2, #15\n mov lr, r2\n"
        "movs r5, #255\n lsls r3, r5, #16\n adds r5, r5, r3\n"
        "1: ldr r2, [sp, #4]\n add r12, r2\n"
        "ldr r2, [sp, #0]\n cmp r12, r2\n bls 2f\n mov r12, r2\n"
        "2: mov r6, lr\n lsls r7, r6, #8\n adds r7, r7, r6\n"
        "3:\n"
        ".rept 8\n"
        "ldm r0!, {r4}\n ldm r1!, {r2}\n"
        "lsrs r3, r2, #8\n ands r3, r5\n"
        "muls r2, r4, r2\n muls r3, r4, r3\n"
        "adds r6, r6, r3\n adds r7, r7, r2\n"
        ".endr\n"
        "ldm r0!, {r2, r3}\n subs r6, r6, r2\n subs r7, r7, r3\n"
        "cmp r0, r12\n bne 3b\n"
        "lsls r2, r6, #8\n subs r7, r7, r2\n"
        "add r8, r7\n asrs r7, r7, #16\n add r10, r7\n"
        "add r9, r6\n asrs r6, r6, #16\n add r11, r6\n"
        "ldr r2, [sp, #0]\n cmp r0, r2\n bne 1b\n"
        "ldr r0, [sp, #8]\n ldr r1, [r0, #20]\n ldr r0, [r0, #16]\n"
        "ldm r0!, {r2, r3, r4, r5}\n subs r0, #16\n"
        "add r4, r10\n add r5, r11\n"
        "mov r6, r10\n lsls r6, r6, #16\n subs r2, r2, r6\n subs r2, r2, r1\n add r2, r8\n"
        "mov r6, r11\n lsls r6, r6, #16\n subs r3, r3, r6\n subs r3, r3, r1\n add r3, r9\n"
        "stm r0!, {r2, r3, r4, r5}\n"
        "add sp, #12\n"
        "pop {r4-r7}\n"
        "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
        "pop {r4-r7, pc}\n");
}

#else

static void four_rows(const four *f)
{
    for (const uint32_t *x = f->words; x < f->end; x += WORDS) {
        for (int32_t i = 0; i < INPUTS; i++) {
            const uint8_t *w = f->weights + ROWS * INPUTS * ((x - f->words) / WORDS) + ROWS * i;
            for (int32_t row = 0; row < ROWS; row++) {
                f->sums[row] += x[i] * ((uint32_t)w[row] - 128);
            }
        }
    }
}

#endif

static void pack(uint32_t *words, const int8_t *input, int32_t n)
{
    for (int32_t i = 0; i < n; i += INPUTS, input += INPUTS, words += WORDS) {
        uint32_t sum = 0;
        for (int32_t k = 0; k < INPUTS; k++) {
            words[k] = (uint32_t)input[k];
            sum += words[k];
        }
        words[INPUTS] = sum * UINT32_C(0x00800080);
        words[INPUTS + 1] = words[INPUTS] * 257;
    }
}

/* What the stored weights lack: adds it to four sums and gives the fixes that are left. */
static const uint16_t *fix(const uint16_t *fixes, int32_t row, const int8_t *input, uint32_t *sums)
{
    for (; fixes[0] < row + ROWS; fixes += 3) {
        sums[fixes[0] - row] += (uint32_t)(input[fixes[1]] * (int16_t)fixes[2]);
    }
    return fixes;
}

void thimble_dense_light_s8_m0(const thimble_dense_light_s8_m0_params *p, const int8_t *input, int8_t *output,
                               void *scratch)
{
    uint32_t *words = scratch, *totals = words + WORDS * (p->block / INPUTS), here[ROWS];
    const int32_t step = p->per_channel ? 3 : 0;
    for (int32_t start = 0; start < p->inputs; start += p->block) {
        const int32_t left = p->inputs - start, n = left < p->block ? left : p->block;
        const int is_first = start == 0, is_last = n == left;
        const uint16_t *fixes = p->fixes;
        thimble_split_scale scale = thimble_split_decode(p->scaling);
        pack(words, input + start, n);
        four f = {words, words + WORDS * (n / INPUTS), p->weights + ROWS * start, 0, here, 0};
        for (int32_t row = 0; row < p->outputs; row += ROWS, f.weights += ROWS * p->inputs) {
            const int32_t shift = p->shifts[row / ROWS];
            f.piece = (4 * WORDS / INPUTS) << shift;
            f.excess = (uint32_t)((n + (1 << shift) - 1) >> shift) << 15;
            f.sums = is_first && is_last ? here : totals + row;
            for (int32_t i = 0; i < ROWS && is_first; i++) {
                f.sums[i] = (uint32_t)p->bias[row + i];
            }
            four_rows(&f);
            if (!is_last) {
                continue;
            }
            fixes = fix(fixes, row, input, f.sums);
            for (int32_t i = 0; i < ROWS; i++) {
                if (step != 0) {
                    scale = thimble_split_decode(p->scaling + step * (row + i));
                }
                *output++ = thimble_split_apply((int32_t)f.sums[i], &scale, THIMBLE_ROUND_ONCE);
            }
        }
    }
}
