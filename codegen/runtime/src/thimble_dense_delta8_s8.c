/* int8 dense layer on delta-coded weights: a zero that is not stored costs nothing. */
#include "thimble_dense_delta8_s8.h"
#include "thimble_naked.h"

#if THIMBLE_HAS_DSP

/* r0 is the end of the row's values, r1 values, r2 steps, r8 the sum, r9 scaling, r10 output, r11 counts, r12 the input
 * that is next, r3 to r7 and lr work. On the stack: 0 rounding, 4 low, 8 high, 12 input, 16 clamps, 20 end of the output.
 * A turn of the inner loop is eight times four weights in 64 bytes of code each; a row jumps into it. */
THIMBLE_NAKED static void all_outputs(const thimble_sparse_outputs_state *s, const thimble_sparse_row_sums *rows)
{
    __asm__(
        ".syntax unified\n"
        "push {r4-r11, lr}\n"
        "sub sp, #24\n"
        "ldm r0!, {r9, r10, r12}\n str r12, [sp, #20]\n"
        "ldm r0, {r4, r5, r6, r7, r12}\n stm sp, {r4, r5, r6, r7, r12}\n"
        "ldm r1, {r1, r2, r11}\n"
        "1: ldr r8, [r9], #12\n ldr r12, [sp, #12]\n ldrh r4, [r11], #2\n"
        "rsbs r4, r4, #0\n beq 3f\n"
        "sub r0, r1, r4\n and r4, r4, #31\n adr r5, 2f\n add r5, r5, r4, lsl #4\n mov pc, r5\n"
        ".balign 4\n"
        "2:\n"
        ".rept 8\n"
        "ldr r4, [r2], #4\n ldr lr, [r1], #4\n"
        "uxtab r5, r12, r4\n uxtab r6, r5, r4, ror #8\n uxtab r7, r6, r4, ror #16\n uxtab r12, r7, r4, ror #24\n"
        "ldrsb r5, [r5]\n ldrsb r6, [r6]\n ldrsb r7, [r7]\n ldrsb r4, [r12]\n"
        "sxtb16 r3, lr\n sxtb16 lr, lr, ror #8\n"
        "smlabb r8, r3, r5, r8\n smlabb r8, lr, r6, r8\n smlatb r8, r3, r7, r8\n smlatb r8, lr, r4, r8\n"
        ".endr\n"
        "cmp r1, r0\n bne 2b\n"
        "3: ldr r3, [sp, #20]\n" THIMBLE_SPARSE_SCALE_TOTAL
        "cbnz r7, 5f\n"
        "4: strb r8, [r10], #1\n cmp r10, r3\n bne 1b\n"
        "add sp, #24\n"
        "pop {r4-r11, pc}\n"
        "5:\n" THIMBLE_SPARSE_CLAMP
        "b 4b\n");
}

#elif THIMBLE_SPARSE_HAS_ROWS

/* See thimble_sparse_dense.h for the registers. Eight weights a turn; an odd number of fours begins with the second. */
THIMBLE_NAKED static void row(void)
{
    __asm__(
        ".syntax unified\n"
        /* r7 is the column. */
        ".macro four\n"
        ".rept 4\n"
        "ldrb r5, [r2, r3]\n adds r7, r7, r5\n ldrsb r5, [r0, r7]\n ldrsb r6, [r1, r3]\n"
        "muls r5, r6, r5\n adds r4, r4, r5\n adds r3, #1\n"
        ".endr\n"
        ".endm\n"
        "mov r3, r12\n ldrh r5, [r3]\n adds r3, #2\n mov r12, r3\n"
        "adds r1, r1, r5\n adds r2, r2, r5\n movs r7, #0\n"
        "negs r3, r5\n beq 3f\n"
        "lsrs r5, r5, #3\n bcs 2f\n"
        "1: four\n"
        "2: four\n"
        "bne 1b\n" /* equal: it was the last */
        "3: bx lr\n"
        ".purgem four\n");
}

#endif

void thimble_dense_delta8_s8(const thimble_dense_delta8_s8_params *p, const int8_t *input, int8_t *output)
{
#if THIMBLE_SPARSE_HAS_ROWS
    if (p->layer.output.split) {
        const thimble_sparse_row_sums rows = {p->values, p->steps, p->counts};
#if THIMBLE_HAS_DSP
        const thimble_sparse_outputs_state all = thimble_sparse_outputs_begin(&p->layer, input, output);
        all_outputs(&all, &rows);
#else
        thimble_sparse_outputs(&p->layer, &rows, row, input, output);
#endif
        return;
    }
#endif
    const int8_t *value = p->values;
    const uint8_t *step = p->steps;
    const int32_t *scaling = p->layer.output.scaling;
    for (int32_t i = 0; i < p->layer.outputs; i++, scaling += 3) {
        const int8_t *x = input;
        int32_t sum = 0;
        for (const int8_t *end = value + p->counts[i]; value != end; value++) {
            x += *step++;
            sum += *x * *value;
        }
        output[i] = thimble_sparse_scale(&p->layer.output, sum, scaling);
    }
}
