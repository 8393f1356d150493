/* int8 dense layer on delta-coded weights: a zero that is not stored costs nothing. */
#include "thimble_dense_delta8_s8.h"
#include "thimble_naked.h"

#if THIMBLE_SPARSE_HAS_ROWS

#if THIMBLE_HAS_DSP
/* r0 is the input that is next. */
#define FOUR                                                                                                           \
    "ldr r4, [r2], #4\n ldr lr, [r1], #4\n"                                                                            \
    "uxtab r5, r0, r4\n uxtab r6, r5, r4, ror #8\n uxtab r7, r6, r4, ror #16\n uxtab r0, r7, r4, ror #24\n"            \
    "ldrsb r5, [r5]\n ldrsb r6, [r6]\n ldrsb r7, [r7]\n ldrsb r4, [r0]\n"                                              \
    "sxtb16 r3, lr\n sxtb16 lr, lr, ror #8\n"                                                                          \
    "smlabb r8, r3, r5, r8\n smlabb r8, lr, r6, r8\n smlatb r8, r3, r7, r8\n smlatb r8, lr, r4, r8\n"
#endif

/* Four weights at a time. */
THIMBLE_NAKED static void all_outputs(const thimble_sparse_outputs *all)
{
    __asm__(
#if THIMBLE_HAS_DSP
        THIMBLE_SPARSE_OUTPUTS("ldrh r5, [r12, r11, lsl #1]\n ldr r0, [sp]\n lsrs r5, r5, #2\n" THIMBLE_SPARSE_FOURS(FOUR),
                               THIMBLE_SPARSE_MORE_FOURS(FOUR))
#else
        /* r7 is the column, r3 counts up to 0; an odd number of fours begins with the second. */
        THIMBLE_SPARSE_OUTPUTS(
            THIMBLE_SPARSE_COUNT
            ".macro four\n"
            ".rept 4\n"
            "ldrb r5, [r2, r3]\n adds r7, r7, r5\n ldrsb r5, [r0, r7]\n ldrsb r6, [r1, r3]\n"
            "muls r5, r6, r5\n adds r4, r4, r5\n adds r3, #1\n"
            ".endr\n"
            ".endm\n"
            "mov lr, r7\n"
            "movs r7, #0\n adds r1, r1, r3\n adds r2, r2, r3\n"
            "negs r3, r3\n beq 6f\n"
            "lsrs r5, r3, #3\n bcs 5f\n"
            "4: four\n"
            "5: four\n"
            "bne 4b\n" /* equal: it was the last */
            "6: mov r7, lr\n"
            ".purgem four\n")
#endif
    );
}

#endif

__attribute__((noinline)) static void in_c(const thimble_dense_delta8_s8_params *p, const int8_t *input,
                                           int8_t *output)
{
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

void thimble_dense_delta8_s8(const thimble_dense_delta8_s8_params *p, const int8_t *input, int8_t *output)
{
#if THIMBLE_SPARSE_HAS_ROWS
    if (p->layer.output.split) {
        const uint16_t *const counts_end = p->counts + p->layer.outputs;
        thimble_sparse_dense_run(&p->layer, p->values, p->steps, counts_end, all_outputs, input, output);
        return;
    }
#endif
    in_c(p, input, output);
}
