/* int8 dense layer on compressed rows: a zero weight costs nothing. */
#include "thimble_dense_crs8_s8.h"
#include "thimble_naked.h"
#include "thimble_sparse_crs.h"

#if THIMBLE_SPARSE_HAS_ROWS

THIMBLE_NAKED static void all_outputs(const thimble_sparse_outputs *all)
{
#if THIMBLE_HAS_DSP
    __asm__(THIMBLE_CRS_OUTPUTS("ldrb", "1"));
#else
    __asm__(THIMBLE_CRS_OUTPUTS("ldrb r5, [r2, r3]\n", "adds r2, r2, r3\n"));
#endif
}

#endif

__attribute__((noinline)) static void in_c(const thimble_dense_crs8_s8_params *p, const int8_t *input,
                                           int8_t *output)
{
    const int8_t *value = p->values;
    const uint8_t *column = p->columns;
    const int32_t *scaling = p->layer.output.scaling;
    for (int32_t i = 0; i < p->layer.outputs; i++, scaling += 3) {
        int32_t sum = 0;
        for (const int8_t *end = value + p->counts[i]; value != end; value++) {
            sum += input[*column++] * *value;
        }
        output[i] = thimble_sparse_scale(&p->layer.output, sum, scaling);
    }
}

void thimble_dense_crs8_s8(const thimble_dense_crs8_s8_params *p, const int8_t *input, int8_t *output)
{
#if THIMBLE_SPARSE_HAS_ROWS
    if (p->layer.output.split) {
        const uint16_t *const counts_end = p->counts + p->layer.outputs;
        thimble_sparse_dense_run(&p->layer, p->values, p->columns, counts_end, all_outputs, input, output);
        return;
    }
#endif
    in_c(p, input, output);
}
