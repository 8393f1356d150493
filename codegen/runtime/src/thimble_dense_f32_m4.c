/* Float dense layer for the FPU of the Cortex-M4, four rows at a time: for four inputs one VLDM of them, one of
 * sixteen weights, and as many VMUL and VADD, which take fewer cycles than VFMA (thimble_conv2d_f32_m4.c). */
#include "thimble_dense_f32_m4.h"
#include "thimble_math.h"

enum { ROWS = 4 };

#if defined(__ARM_ARCH_7EM__) && defined(__ARM_FP)

/* s0 to s3 inputs, s4 to s19 weights and then products, s20 to s23 totals. */
__attribute__((noinline)) static void four_rows(const float *w, const float *input, uint32_t n, float *totals)
{
    __asm__ volatile(
        ".syntax unified\n"
        ".macro row_of x, a, b, c, d\n"
        "vmul.f32 \\a, \\a, \\x\n vmul.f32 \\b, \\b, \\x\n vmul.f32 \\c, \\c, \\x\n vmul.f32 \\d, \\d, \\x\n"
        "vadd.f32 s20, s20, \\a\n vadd.f32 s21, s21, \\b\n vadd.f32 s22, s22, \\c\n vadd.f32 s23, s23, \\d\n"
        ".endm\n"
        ".macro four_inputs\n"
        "vldmia %[x]!, {s0-s3}\n vldmia %[w]!, {s4-s19}\n"
        "row_of s0, s4, s5, s6, s7\n row_of s1, s8, s9, s10, s11\n"
        "row_of s2, s12, s13, s14, s15\n row_of s3, s16, s17, s18, s19\n"
        ".endm\n"
        "vldmia %[t], {s20-s23}\n"
        "lsrs r3, %[n], #3\n beq 2f\n"
        "1:\n"
        "four_inputs\n four_inputs\n"
        "subs r3, r3, #1\n bne 1b\n"
        "2:\n"
        "ands r3, %[n], #7\n beq 4f\n"
        "3:\n"
        "vldmia %[x]!, {s0}\n vldmia %[w]!, {s4-s7}\n"
        "row_of s0, s4, s5, s6, s7\n"
        "subs r3, r3, #1\n bne 3b\n"
        "4:\n"
        "vstmia %[t], {s20-s23}\n"
        ".purgem row_of\n .purgem four_inputs\n"
        : [x] "+r"(input), [w] "+r"(w)
        : [n] "r"(n), [t] "r"(totals)
        : "r3", "cc", "memory", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12",
          "s13", "s14", "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23");
}

/* s0 to s7 inputs, s8 to s15 weights and then products, s16 to s19 partial totals. */
__attribute__((noinline)) static float one_row(const float *w, const float *input, uint32_t n, float total)
{
    float partial[ROWS] = {total, 0.0f, 0.0f, 0.0f};
    __asm__ volatile(
        ".syntax unified\n"
        "vldmia %[t], {s16-s19}\n"
        "lsrs r3, %[n], #3\n beq 2f\n"
        "1:\n"
        "vldmia %[x]!, {s0-s7}\n vldmia %[w]!, {s8-s15}\n"
        "vmul.f32 s8, s8, s0\n vmul.f32 s9, s9, s1\n vmul.f32 s10, s10, s2\n vmul.f32 s11, s11, s3\n"
        "vmul.f32 s12, s12, s4\n vmul.f32 s13, s13, s5\n vmul.f32 s14, s14, s6\n vmul.f32 s15, s15, s7\n"
        "vadd.f32 s16, s16, s8\n vadd.f32 s17, s17, s9\n vadd.f32 s18, s18, s10\n vadd.f32 s19, s19, s11\n"
        "vadd.f32 s16, s16, s12\n vadd.f32 s17, s17, s13\n vadd.f32 s18, s18, s14\n vadd.f32 s19, s19, s15\n"
        "subs r3, r3, #1\n bne 1b\n"
        "2:\n"
        "ands r3, %[n], #7\n beq 4f\n"
        "3:\n"
        "vldmia %[x]!, {s0}\n vldmia %[w]!, {s8}\n"
        "vmul.f32 s8, s8, s0\n vadd.f32 s16, s16, s8\n"
        "subs r3, r3, #1\n bne 3b\n"
        "4:\n"
        "vstmia %[t], {s16-s19}\n"
        : [x] "+r"(input), [w] "+r"(w)
        : [n] "r"(n), [t] "r"(partial)
        : "r3", "cc", "memory", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12",
          "s13", "s14", "s15", "s16", "s17", "s18", "s19");
    return (partial[0] + partial[1]) + (partial[2] + partial[3]);
}

#else

/* The same in C. */
static void four_rows(const float *w, const float *input, uint32_t n, float *totals)
{
    for (uint32_t i = 0; i < n; i++) {
        for (int row = 0; row < ROWS; row++) {
            totals[row] += input[i] * *w++;
        }
    }
}

static float one_row(const float *w, const float *input, uint32_t n, float total)
{
    for (uint32_t i = 0; i < n; i++) {
        total += input[i] * w[i];
    }
    return total;
}

#endif

void thimble_dense_f32_m4(const thimble_dense_f32_m4_params *p, const float *input, float *output)
{
    const float *w = p->weights;
    uint32_t row = 0;
    for (; row + ROWS <= p->outputs; row += ROWS, w += ROWS * p->inputs) {
        float totals[ROWS] = {p->bias[row], p->bias[row + 1], p->bias[row + 2], p->bias[row + 3]};
        four_rows(w, input, p->inputs, totals);
        for (uint32_t i = 0; i < ROWS; i++) {
            output[row + i] = thimble_clamp_f32(totals[i], p->output_min, p->output_max);
        }
    }
    for (; row < p->outputs; row++, w += p->inputs) {
        output[row] = thimble_clamp_f32(one_row(w, input, p->inputs, p->bias[row]), p->output_min, p->output_max);
    }
}
