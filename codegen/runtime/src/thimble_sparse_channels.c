/* All channels of four pixels, from the sums that a format's routine makes. */
#include "thimble_sparse_channels.h"
#include "thimble_naked.h"

#if defined(__ARM_ARCH_6M__)

/* A total T to an output without a long multiplication: why it is exact is told in Thimble's
 * codegen/kernels/split_requantization.py.
 *
 * On the stack: 0 scaling, 4 output, 8 end, 12 step, 16 half, 20 x, 24 values, 28 places, 32 counts, 36 offsets, 40
 * the routine, 44 `twice`. When outputs are made, r4 to r7 are the totals, r8 r9 their limits, r10 r11 r12 the
 * multiplier, r1 the shift, r3 `twice`, lr what is added at the end; r0 and r2 are work. */
THIMBLE_NAKED void thimble_sparse_channels(const thimble_sparse_place *at, const thimble_sparse_rows *rows,
                                           void (*row)(void))
{
    __asm__(
        ".syntax unified\n"
        ".macro scale total\n"
        "cmp \\total, r9\n ble 3f\n mov \\total, r9\n"
        "3: cmp \\total, r8\n bge 3f\n mov \\total, r8\n"
        "3: mov r2, r12\n muls r2, \\total, r2\n asrs r2, r2, #10\n"
        "mov r0, r11\n muls r0, \\total, r0\n adds r2, r2, r0\n asrs r2, r2, #10\n"
        "asrs r0, \\total, #31\n ands r0, r3\n subs r2, r2, r0\n"
        "mov r0, r10\n muls \\total, r0, \\total\n adds \\total, \\total, r2\n"
        "add \\total, lr\n asrs \\total, r1\n"
        ".endm\n"
        "push {r4-r7, lr}\n"
        "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
        "push {r4-r7}\n"
        "sub sp, #48\n"
        "str r2, [sp, #40]\n"
        "mov r3, sp\n"
        "ldm r0!, {r4-r7}\n stm r3!, {r4-r7}\n"
        "ldr r4, [r0, #0]\n ldr r5, [r0, #8]\n stm r3!, {r4, r5}\n"
        "ldr r4, [r0, #4]\n str r4, [sp, #44]\n"
        "ldm r1!, {r4-r7}\n stm r3!, {r4-r7}\n"

        "1:\n"
        "ldr r0, [sp, #0]\n ldr r3, [r0]\n mov r8, r3\n mov r9, r3\n mov r10, r3\n mov r11, r3\n"
        "ldr r3, [sp, #32]\n mov r12, r3\n"
        "ldr r0, [sp, #20]\n ldr r1, [sp, #24]\n ldr r2, [sp, #28]\n ldr r7, [sp, #36]\n"
        "ldr r3, [sp, #40]\n blx r3\n"
        "str r1, [sp, #24]\n str r2, [sp, #28]\n mov r3, r12\n str r3, [sp, #32]\n"
        "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
        "ldr r0, [sp, #0]\n ldr r2, [r0, #4]\n ldr r3, [r0, #8]\n adds r0, #12\n str r0, [sp, #0]\n"
        "lsrs r0, r2, #20\n mov r10, r0\n"
        "lsls r0, r2, #12\n lsrs r0, r0, #22\n mov r11, r0\n"
        "lsls r0, r2, #22\n lsrs r0, r0, #22\n mov r12, r0\n"
        "uxtb r1, r3\n"
        "asrs r0, r3, #20\n lsls r0, r1\n mov r9, r0\n"
        "lsls r0, r3, #12\n asrs r0, r0, #20\n lsls r0, r1\n mov r8, r0\n"
        "ldr r0, [sp, #16]\n adds r1, #11\n lsls r0, r1\n adds r1, #1\n"
        "ldr r3, [sp, #44]\n lsrs r2, r3, #1\n adds r0, r0, r2\n mov lr, r0\n"
        "scale r4\n scale r5\n scale r6\n scale r7\n"
        "ldr r3, [sp, #4]\n ldr r2, [sp, #12]\n"
        "adds r0, r3, #1\n str r0, [sp, #4]\n"
        "strb r4, [r3]\n strb r5, [r3, r2]\n"
        "adds r3, r3, r2\n adds r3, r3, r2\n"
        "strb r6, [r3]\n strb r7, [r3, r2]\n"
        "ldr r2, [sp, #8]\n cmp r0, r2\n beq 2f\n"
        "b 1b\n"

        "2:\n"
        "add sp, #48\n"
        "pop {r4-r7}\n"
        "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
        "pop {r4-r7, pc}\n"
        ".purgem scale\n");
}

#elif THIMBLE_HAS_DSP

/* With h = T * multiplier / 2^31 for a total T, rounded down: where the reference rounds once, y = (h + half) >> r. Where
 * it does so twice, h itself is rounded first, and a negative half goes down. The clamp to int8 does the last shift.
 *
 * On the stack: 0 scaling, 4 output, 8 end, 12 step, 16 half, 20 `twice`, 24 the routine.
 * When outputs are made, r8 to r11 are the totals, r5 the multiplier, r6 the shift, r7 what is added. Of r6 only the
 * lowest byte counts in shifts. */
THIMBLE_NAKED void thimble_sparse_channels(const thimble_sparse_place *at, const thimble_sparse_rows *rows,
                                           void (*row)(void))
{
    __asm__(
        ".syntax unified\n"
        ".macro multiply_once total\n"
        "lsl \\total, \\total, #1\n smmla \\total, \\total, r5, r7\n"
        ".endm\n"
        ".macro multiply_twice total\n"
        "lsl \\total, \\total, #1\n smmulr \\total, \\total, r5\n"
        "add \\total, \\total, \\total, asr #31\n add \\total, \\total, r7\n"
        ".endm\n"
        ".macro shift total\n"
        "asr \\total, \\total, r6\n ssat \\total, #8, \\total, asr #1\n"
        ".endm\n"
        "push {r4-r11, lr}\n"
        "sub sp, #28\n"
        "str r2, [sp, #24]\n"
        "ldm r0!, {r4-r9}\n stm sp, {r4-r9}\n"
        "ldr r0, [r0]\n"
        "ldm r1, {r1, r2, r3, r12}\n"

        "1:\n"
        "ldr r4, [sp, #0]\n ldr r5, [sp, #24]\n ldr r8, [r4]\n"
        "mov r9, r8\n mov r10, r8\n mov r11, r8\n"
        "blx r5\n"
        "ldr r4, [sp, #0]\n ldr r7, [sp, #16]\n ldr lr, [sp, #20]\n ldr r5, [r4, #4]\n ldr r6, [r4, #8]\n"
        "adds r4, #12\n str r4, [sp, #0]\n"
        "lsls r7, r6\n"
        "cmp lr, #0\n beq 3f\n"
        "multiply_twice r8\n multiply_twice r9\n multiply_twice r10\n multiply_twice r11\n"
        "2: ldr r4, [sp, #4]\n ldr r5, [sp, #12]\n ldr lr, [sp, #8]\n"
        "shift r8\n shift r9\n shift r10\n shift r11\n"
        "add r7, r4, r5\n"
        "strb r8, [r4], #1\n strb r9, [r7]\n strb r10, [r7, r5]\n strb r11, [r7, r5, lsl #1]\n"
        "str r4, [sp, #4]\n"
        "cmp r4, lr\n bne 1b\n"

        "add sp, #28\n"
        "pop {r4-r11, pc}\n"

        "3: multiply_once r8\n multiply_once r9\n multiply_once r10\n multiply_once r11\n"
        "b 2b\n"
        ".purgem multiply_once\n"
        ".purgem multiply_twice\n"
        ".purgem shift\n");
}

#endif
