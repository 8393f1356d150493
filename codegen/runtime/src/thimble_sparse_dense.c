/* The outputs of a dense layer on sparse weights, from the sums that a format's routine makes of its rows. */
#include "thimble_sparse_dense.h"
#include "thimble_naked.h"

#if THIMBLE_SPARSE_HAS_ROWS

/* Assembly knows the order of the members. */
typedef struct {
    const int32_t *scaling;      /* of the next output */
    int8_t *output, *end;
    int32_t rounding;            /* 2 * output_zero + 1: half a unit and the zero point, in halves */
    int32_t low, high;           /* the clamp */
    const int8_t *input;
    int32_t clamps;              /* whether low and high are not those of int8 */
} state;

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
        "ldr r8, [r9]\n ldr r4, [sp, #12]\n"
        "blx r4\n"
        "ldrd r4, r5, [r9, #4]\n ldr r6, [sp, #0]\n add r9, r9, #12\n"
        "uxtb r5, r5\n lsls r6, r5\n"
        "lsl r8, r8, #1\n smmul r8, r8, r4\n"
        "add r8, r8, r6, asr #1\n asr r8, r8, r5\n ssat r8, #8, r8\n"
        "ldr r4, [sp, #16]\n cbz r4, 2f\n"
        "ldrd r4, r5, [sp, #4]\n"
        "cmp r8, r4\n it lt\n movlt r8, r4\n"
        "cmp r8, r5\n it gt\n movgt r8, r5\n"
        "2: strb r8, [r10], #1\n cmp r10, r11\n bne 1b\n"
        "add sp, #20\n"
        "pop {r4-r11, pc}\n");
}

#else

/* The total goes through r4; r1 to r3 and r5 to r7 are work. On the stack: 0 scaling, 4 output, 8 end, 12 rounding, 16
 * input, 20 values, 24 places, 28 counts, 32 the routine. */
THIMBLE_NAKED static void thimble_sparse_all_outputs(state *s, const thimble_sparse_row_sums *rows,
                                                     void (*row)(void))
{
    __asm__(
        ".syntax unified\n"
        "push {r4-r7, lr}\n"
        "mov r4, r8\n push {r4}\n"
        "sub sp, #36\n"
        "str r2, [sp, #32]\n"
        "mov r3, sp\n"
        "ldm r0!, {r4-r7}\n stm r3!, {r4-r7}\n"
        "ldr r4, [r0, #8]\n ldm r1!, {r5-r7}\n stm r3!, {r4-r7}\n"
        "1:\n"
        "ldr r0, [sp, #0]\n ldr r3, [r0]\n mov r8, r3\n"
        "ldr r3, [sp, #28]\n mov r12, r3\n"
        "ldr r0, [sp, #16]\n ldr r1, [sp, #20]\n ldr r2, [sp, #24]\n"
        "ldr r3, [sp, #32]\n blx r3\n"
        "str r1, [sp, #20]\n str r2, [sp, #24]\n mov r3, r12\n str r3, [sp, #28]\n"
        "mov r4, r8\n"
        "ldr r0, [sp, #0]\n ldr r2, [r0, #4]\n ldr r3, [r0, #8]\n adds r0, #12\n str r0, [sp, #0]\n"
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
        "pop {r4}\n mov r8, r4\n"
        "pop {r4-r7, pc}\n");
}

#endif

void thimble_sparse_outputs(const thimble_sparse_dense *p, const thimble_sparse_row_sums *rows, void (*row)(void),
                            const int8_t *input, int8_t *output)
{
    const thimble_sparse_output *o = &p->output;
    state s = {o->scaling, output, output + p->outputs, 2 * o->output_zero + 1, o->output_min, o->output_max, input,
               o->output_min > -128 || o->output_max < 127};
    thimble_sparse_all_outputs(&s, rows, row);
}

#endif
