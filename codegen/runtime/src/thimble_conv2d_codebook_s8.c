/* int8 convolution on clustered weights, four pixels at a time: a weight is the index of its value in a table. */
#include "thimble_conv2d_codebook_s8.h"
#include "thimble_naked.h"

#if THIMBLE_SPARSE_HAS_ROWS

/* Indices of 4 bits: two weights to a byte. `counts` points to the number of taps, behind which table_step is. */
THIMBLE_NAKED static void row(void)
{
    __asm__(
        ".syntax unified\n"
#if THIMBLE_HAS_DSP
        /* r7 follows the offsets, lr has the indices, r3 is the end of the pairs. */
        ".macro weight place\n"
        "ldrsb r5, [r2, r5]\n cbz r5, 3f\n ldrh r4, [r7, #\\place]\n ldr r4, [r0, r4]\n" THIMBLE_SPARSE_FOUR_PRODUCTS
        "3:\n"
        ".endm\n"
        "push {r3, lr}\n ldrh r4, [r3]\n lsrs r4, r4, #1\n mov r7, r12\n add r3, r1, r4\n cmp r1, r3\n beq 2f\n"
        "1: ldrb lr, [r1], #1\n"
        "and r5, lr, #15\n weight 0\n"
        "lsr r5, lr, #4\n weight 2\n"
        "adds r7, #4\n cmp r1, r3\n bne 1b\n"
        "2: ldr r3, [sp]\n ldrb r4, [r3]\n lsrs r4, r4, #1\n bcc 4f\n"
        "ldrb r5, [r1], #1\n and r5, r5, #15\n weight 0\n"
        "4: ldrb r4, [r3, #3]\n add r2, r4\n"
        "pop {r3, pc}\n"
#else
        /* r7 follows the offsets, r6 has the indices, lr is the end of the offsets. */
        ".macro weight\n"
        "ldrsb r4, [r2, r4]\n cmp r4, #0\n beq 3f\n ldrh r3, [r7]\n adds r3, r3, r0\n" THIMBLE_SPARSE_FOUR_PRODUCTS
        "3: adds r7, #2\n"
        ".endm\n"
        "push {lr}\n mov r3, r12\n ldrh r3, [r3]\n lsls r3, r3, #1\n adds r3, r7, r3\n mov lr, r3\n"
        "1: ldrb r6, [r1]\n adds r1, #1\n"
        "lsls r4, r6, #28\n lsrs r4, r4, #28\n weight\n"
        "cmp r7, lr\n beq 2f\n"
        "lsrs r4, r6, #4\n weight\n"
        "cmp r7, lr\n bne 1b\n"
        "2: mov r3, r12\n ldrb r3, [r3, #3]\n adds r2, r2, r3\n"
        "pop {pc}\n"
#endif
        ".purgem weight\n");
}

#endif

static void four_pixels(const void *params, const thimble_sparse_place *at)
{
    const thimble_conv2d_codebook_s8_params *p = params;
#if THIMBLE_SPARSE_HAS_ROWS
    if (at->fast && p->index_bits == 4) {
        const thimble_sparse_rows rows = {p->indices, p->codebook, &p->taps, p->offsets};
        thimble_sparse_channels(at, &rows, row);
        return;
    }
#endif
    const uint32_t in_byte = 8u / p->index_bits, lowest = (1u << p->index_bits) - 1u;
    const int8_t *table = p->codebook;
    const uint8_t *index = p->indices;
    const int32_t *scaling = at->scaling;
    int8_t *y = at->output;
    for (int32_t c = 0; c < p->layer.out_channels; c++, table += p->table_step) {
        thimble_sparse_sums sums = {0, 0, 0, 0};
        const uint16_t *offset = p->offsets;
        for (uint32_t left = p->taps; left > 0;) {
            const uint32_t now = left < in_byte ? left : in_byte;
            uint32_t indices = *index++;
            for (uint32_t i = 0; i < now; i++, offset++, indices >>= p->index_bits) {
                const int8_t weight = table[indices & lowest];
                if (weight != 0) {
                    thimble_sparse_add(&sums, at->x + *offset, weight);
                }
            }
            left -= now;
        }
        thimble_sparse_store(at, scaling, sums, y++);
        scaling += 3;
    }
}

void thimble_conv2d_codebook_s8(const thimble_conv2d_codebook_s8_params *p, const int8_t *input, int8_t *output,
                                void *scratch)
{
    thimble_sparse_conv2d_run(&p->layer, p, four_pixels, input, output, scratch);
}
