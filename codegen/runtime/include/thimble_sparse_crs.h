/* What the kernels on 8- and 16-bit columns share in assembly. */
#ifndef THIMBLE_SPARSE_CRS_H
#define THIMBLE_SPARSE_CRS_H

#include "thimble_dsp.h"

/* THIMBLE_CRS_OUTPUTS: all outputs of a dense layer, by THIMBLE_SPARSE_OUTPUTS.
 * THIMBLE_CRS_CHANNEL: the routine for a channel of four pixels that thimble_sparse_channels.h asks for. */
#if THIMBLE_HAS_DSP

/* `load` is the instruction that loads a column, of so many bytes. An odd number of weights begins with one alone, an
 * odd number of pairs with one. */
#define THIMBLE_CRS_OUTPUTS(load, bytes)                                                                               \
    THIMBLE_SPARSE_OUTPUTS(                                                                                            \
        "ldrh r4, [r12, r11, lsl #1]\n lsrs r5, r4, #1\n bcc 7f\n" load " r6, [r2], #" bytes "\n ldrsb r7, [r1], #1\n" \
        "ldrsb r6, [r0, r6]\n smlabb r8, r7, r6, r8\n"                                                                 \
        "7: lsrs r5, r5, #1\n bcc 8f\n" load " r4, [r2], #" bytes "\n" load " r6, [r2], #" bytes "\n"                  \
        "ldrsb r7, [r1], #1\n ldrsb lr, [r1], #1\n ldrsb r4, [r0, r4]\n ldrsb r6, [r0, r6]\n"                          \
        "smlabb r8, r7, r4, r8\n smlabb r8, lr, r6, r8\n"                                                              \
        "8:\n" THIMBLE_SPARSE_FOURS(THIMBLE_CRS_FOUR(load, bytes)), THIMBLE_SPARSE_MORE_FOURS(THIMBLE_CRS_FOUR(load, bytes)))
#define THIMBLE_CRS_FOUR(load, bytes)                                                                                  \
    load " r4, [r2], #" bytes "\n" load " r5, [r2], #" bytes "\n" load " r6, [r2], #" bytes "\n"                       \
    load " r7, [r2], #" bytes "\n ldr lr, [r1], #4\n ldrsb r4, [r0, r4]\n ldrsb r5, [r0, r5]\n"                        \
    "ldrsb r6, [r0, r6]\n ldrsb r7, [r0, r7]\n sxtb16 r3, lr\n sxtb16 lr, lr, ror #8\n smlabb r8, r3, r4, r8\n"        \
    "smlabb r8, lr, r5, r8\n smlatb r8, r3, r6, r8\n smlatb r8, lr, r7, r8\n"

/* `tap` adds the products of the next weight. Four weights a turn; the first one has the rest of them. */
#define THIMBLE_CRS_CHANNEL(enter, tap, leave)                                                                         \
    ".syntax unified\n" enter                                                                                          \
    "ldrh r5, [r3], #2\n cmp r5, #0\n beq 6f\n add r7, r1, r5\n and r5, r5, #3\n tbb [pc, r5]\n"                       \
    "1: .byte (2f - 1b) / 2, (5f - 1b) / 2, (4f - 1b) / 2, (3f - 1b) / 2\n"                                            \
    "2:" tap "3:" tap "4:" tap "5:" tap "cmp r1, r7\n bne 2b\n"                                                        \
    "6:" leave

/* `offset` loads the next tap's offset to r4. */
#define THIMBLE_CRS_TAP(offset)                                                                                        \
    offset "ldrsb r5, [r1], #1\n ldr r4, [r0, r4]\n" THIMBLE_SPARSE_FOUR_PRODUCTS

/* The same where pixels lie apart; `column` loads to r4. */
#define THIMBLE_CRS_TAP_APART(column)                                                                                  \
    column "ldrsb r5, [r1], #1\n add r4, r0\n" THIMBLE_SPARSE_FOUR_APART("r4")

#else

/* r3 counts up to 0, at the end of the row. `column` is what loads the next column to r5, `move` moves their pointer
 * to the end of the row where r3 is its index. */
#define THIMBLE_CRS_WEIGHT(column)                                                                                     \
    column "ldrsb r5, [r0, r5]\n ldrsb r6, [r1, r3]\n muls r5, r6, r5\n adds r4, r4, r5\n adds r3, #1\n"
#define THIMBLE_CRS_OUTPUTS(column, move)                                                                              \
    THIMBLE_SPARSE_OUTPUTS(                                                                                            \
        THIMBLE_SPARSE_COUNT "adds r1, r1, r3\n"                                                                       \
        move "negs r3, r3\n beq 6f\n lsrs r5, r3, #1\n bcc 4f\n" THIMBLE_CRS_WEIGHT(column)                            \
        "beq 6f\n"                                                                                                     \
        "4: lsrs r5, r3, #2\n bcc 5f\n" THIMBLE_CRS_WEIGHT(column) THIMBLE_CRS_WEIGHT(column) "beq 6f\n"               \
        "5: .rept 4\n" THIMBLE_CRS_WEIGHT(column) ".endr\n bne 5b\n"                                                   \
        "6:\n")

/* `tap` adds the products of the next weight. Two weights a turn; an odd number begins with the second. */
#define THIMBLE_CRS_CHANNEL(tap)                                                                                       \
    ".syntax unified\n"                                                                                                \
    "mov r3, r12\n ldrh r5, [r3]\n adds r3, #2\n mov r12, r3\n cmp r5, #0\n beq 3f\n"                                  \
    "adds r6, r1, r5\n lsrs r5, r5, #1\n bcs 2f\n"                                                                     \
    "1:" tap "2:" tap "cmp r1, r6\n bne 1b\n"                                                                          \
    "3: bx lr\n"

/* `offset` loads the next tap's offset to r3. */
#define THIMBLE_CRS_TAP(offset)                                                                                        \
    offset "ldrb r4, [r1]\n adds r1, #1\n sxtb r4, r4\n adds r3, r3, r0\n" THIMBLE_SPARSE_FOUR_PRODUCTS

/* The same where pixels lie apart; `column` loads to r3. */
#define THIMBLE_CRS_TAP_APART(column)                                                                                  \
    column "ldrb r4, [r1]\n adds r1, #1\n sxtb r4, r4\n adds r3, r3, r0\n" THIMBLE_SPARSE_FOUR_APART

#endif

#endif
