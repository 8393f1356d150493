/* int8 dense layer on clustered weights: a weight is the index of its value in a table. */
#include "thimble_dense_codebook_s8.h"
#include "thimble_naked.h"

#if THIMBLE_SPARSE_HAS_ROWS

#if THIMBLE_HAS_DSP
/* Four weights by the indices from these bits of r3 on, two products in one SMLAD. */
#define FOUR(a, b, c, d)                                                                                               \
    "ubfx r4, r3, #" a ", #4\n ubfx r5, r3, #" b ", #4\n ubfx r6, r3, #" c ", #4\n ubfx r7, r3, #" d ", #4\n"          \
    "ldrsb r4, [r2, r4]\n ldrsb r5, [r2, r5]\n ldrsb r6, [r2, r6]\n ldrsb r7, [r2, r7]\n ldr lr, [r0], #4\n"           \
    "pkhbt r4, r4, r6, lsl #16\n pkhbt r5, r5, r7, lsl #16\n sxtb16 r6, lr\n sxtb16 r7, lr, ror #8\n"                  \
    "smlad r8, r4, r6, r8\n smlad r8, r5, r7, r8\n"
#endif

/* Indices of 4 bits. `counts_end` is &p->inputs, behind which table_step is. To ask whether a weight is 0 would take as
 * long as its product. */
THIMBLE_NAKED static void all_outputs(const thimble_sparse_outputs *all)
{
    __asm__(
#if THIMBLE_HAS_DSP
        /* Eight weights at a time, then the rest of them, two to a byte. */
        THIMBLE_SPARSE_OUTPUTS(
            "ldrh r4, [r12]\n ldr r0, [sp]\n push {r12}\n lsrs r12, r4, #3\n beq 3f\n"
            "2: ldr r3, [r1], #4\n" FOUR("0", "4", "8", "12") FOUR("16", "20", "24", "28")
            "subs r12, #1\n bne 2b\n"
            "3: pop {r12}\n ldrh r4, [r12]\n ands r4, #7\n beq 5f\n"
            "4: ldrb r3, [r1], #1\n and r5, r3, #15\n ldrsb r5, [r2, r5]\n ldrsb r6, [r0], #1\n smlabb r8, r5, r6, r8\n"
            "subs r4, #1\n beq 5f\n"
            "lsrs r5, r3, #4\n ldrsb r5, [r2, r5]\n ldrsb r6, [r0], #1\n smlabb r8, r5, r6, r8\n"
            "subs r4, #1\n bne 4b\n"
            "5: ldrb r4, [r12, #3]\n add r2, r4\n",
            "")
#else
        /* Two weights at a time; r3 counts up to 0, at the end of the row. */
        THIMBLE_SPARSE_OUTPUTS(
            "mov r5, r9\n ldrh r3, [r5]\n adds r0, r0, r3\n negs r3, r3\n"
            "4: ldrb r5, [r1]\n adds r1, #1\n mov lr, r5\n lsls r5, r5, #28\n lsrs r5, r5, #28\n"
            "ldrsb r5, [r2, r5]\n ldrsb r6, [r0, r3]\n muls r5, r6, r5\n adds r4, r4, r5\n adds r3, #1\n beq 5f\n"
            "mov r5, lr\n lsrs r5, r5, #4\n"
            "ldrsb r5, [r2, r5]\n ldrsb r6, [r0, r3]\n muls r5, r6, r5\n adds r4, r4, r5\n adds r3, #1\n bne 4b\n"
            "5: mov r5, r9\n ldrb r5, [r5, #3]\n adds r2, r2, r5\n")
#endif
    );
}

#endif

__attribute__((noinline)) static void in_c(const thimble_dense_codebook_s8_params *p, const int8_t *input,
                                           int8_t *output)
{
    const uint32_t in_byte = 8u / p->index_bits, lowest = (1u << p->index_bits) - 1u;
    const int8_t *table = p->codebook;
    const uint8_t *index = p->indices;
    for (int32_t row = 0; row < p->layer.outputs; row++, table += p->table_step) {
        const int8_t *x = input;
        int32_t sum = 0;
        for (uint32_t left = p->inputs; left > 0;) {
            const uint32_t now = left < in_byte ? left : in_byte;
            uint32_t indices = *index++;
            for (uint32_t i = 0; i < now; i++, indices >>= p->index_bits) {
                const int8_t weight = table[indices & lowest];
                sum += weight != 0 ? *x * weight : 0;
                x++;
            }
            left -= now;
        }
        output[row] = thimble_sparse_scale(&p->layer.output, sum, p->layer.output.scaling + 3 * row);
    }
}

void thimble_dense_codebook_s8(const thimble_dense_codebook_s8_params *p, const int8_t *input, int8_t *output)
{
#if THIMBLE_SPARSE_HAS_ROWS
    if (p->layer.output.split && p->index_bits == 4) {
        thimble_sparse_dense_run(&p->layer, p->indices, p->codebook, &p->inputs, all_outputs, input, output);
        return;
    }
#endif
    in_c(p, input, output);
}
