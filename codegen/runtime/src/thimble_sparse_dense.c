/* The outputs of a dense layer on sparse weights, from the sums that a format's routine makes of its rows. */
#include "thimble_sparse_dense.h"
#include "thimble_naked.h"

#if THIMBLE_SPARSE_HAS_ROWS

typedef thimble_sparse_outputs_state state;

#if THIMBLE_HAS_DSP

/* r8 is the sum, r9 scaling, r10 output, r11 its end. On the stack: 0 rounding, 4 low, 8 high, 12 the routine, 16
 * clamps. */
THIMBLE_NAKED static void thimble_sparse_all_outputs(state *s, const thimble_sparse_row_sums *rows,
                                                     void (*row)(void))
{
    __asm__(
        ".syntax unified\n"
        "push {r4-r11, lr}\n"
        "sub sp, #20\n"
        "str r2, [sp, #12]\n"
        "ldm r0!, {r9, r10, r11}\n"
        "ldm r0, {r4, r5, r6, r7, r12}\n stm sp, {r4, r5, r6}\n str r12, [sp, #16]\n mov r0, r7\n"
        "ldm r1, {r1, r2, r3}\n"
        "1:\n"
        "ldr r8, [r9], #12\n ldr r4, [sp, #12]\n"
        "blx r4\n" THIMBLE_SPARSE_SCALE_TOTAL
        "cbnz r7, 3f\n"
        "2: strb r8, [r10], #1\n cmp r10, r11\n bne 1b\n"
        "add sp, #20\n"
        "pop {r4-r11, pc}\n"
        "3:\n" THIMBLE_SPARSE_CLAMP
        "b 2b\n");
}

#else

/* The total is in r4; r1 to r3 and r5 to r7 are work. On the stack: 0 scaling, 4 output, 8 end, 12 rounding, 16
 * input, 20 values, 24 places, 28 counts, 32 the routine. */
THIMBLE_NAKED static void thimble_sparse_all_outputs(state *s, const thimble_sparse_row_sums *rows,
                                                     void (*row)(void))
{
    __asm__(
        ".syntax unified\n"
        "push {r4-r7, lr}\n"
        "sub sp, #36\n"
        "str r2, [sp, #32]\n"
        "mov r3, sp\n"
        "ldm r0!, {r4-r7}\n stm r3!, {r4-r7}\n"
        "ldr r4, [r0, #8]\n ldm r1!, {r5-r7}\n stm r3!, {r4-r7}\n"
        "1:\n"
        "ldr r0, [sp, #0]\n ldr r4, [r0]\n"
        "add r3, sp, #16\n ldm r3, {r0, r1, r2, r3}\n mov r12, r3\n"
        "ldr r3, [sp, #32]\n blx r3\n"
        "add r7, sp, #20\n mov r3, r12\n stm r7!, {r1, r2, r3}\n"
        "ldr r0, [sp, #0]\n adds r0, #4\n ldm r0!, {r2, r3}\n str r0, [sp, #0]\n"
        "uxtb r1, r3\n"
        "asrs r5, r3, #20\n lsls r5, r1\n cmp r4, r5\n ble 2f\n mov r4, r5\n"
        "2: lsls r5, r3, #12\n asrs r5, r5, #20\n lsls r5, r1\n cmp r4, r5\n bge 2f\n mov r4, r5\n"
        "2: lsls r5, r2, #22\n lsrs r5, r5, #22\n muls r5, r4, r5\n asrs r5, r5, #10\n"
        "lsls r6, r2, #12\n lsrs r6, r6, #22\n muls r6, r4, r6\n adds r5, r5, r6\n asrs r5, r5, #10\n"
        "lsrs r2, r2, #20\n muls r4, r2, r4\n adds r4, r4, r5\n"
        "ldr r0, [sp, #12]\n adds r1, #10\n lsls r0, r1\n adds r4, r4, r0\n adds r1, #1\n asrs r4, r1\n"
        "ldr r3, [sp, #4]\n strb r4, [r3]\n adds r3, #1\n str r3, [sp, #4]\n"
        "ldr r2, [sp, #8]\n cmp r3, r2\n bne 1b\n"
        "add sp, #36\n"
        "pop {r4-r7, pc}\n");
}

#endif

void thimble_sparse_outputs(const thimble_sparse_dense *p, const thimble_sparse_row_sums *rows, void (*row)(void),
                            const int8_t *input, int8_t *output)
{
    state s = thimble_sparse_outputs_begin(p, input, output);
    thimble_sparse_all_outputs(&s, rows, row);
}

#endif
