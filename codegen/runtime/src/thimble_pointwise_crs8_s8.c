/* int8 convolution of one tap on compressed rows: a zero that is not stored costs nothing. */
#include "thimble_pointwise_crs8_s8.h"
#include "thimble_naked.h"
#include "thimble_sparse_crs.h"

#if THIMBLE_SPARSE_HAS_ROWS

THIMBLE_NAKED static void row(void)
{
#if THIMBLE_HAS_DSP
    __asm__(THIMBLE_CRS_CHANNEL("push {lr}\n", THIMBLE_CRS_TAP_APART("ldrb r4, [r2], #1\n"), "pop {pc}\n"));
#else
    __asm__(THIMBLE_CRS_CHANNEL(THIMBLE_CRS_TAP_APART("ldrb r3, [r2]\n adds r2, #1\n")));
#endif
}

#endif

void thimble_pointwise_crs8_s8(const thimble_pointwise_crs8_s8_params *p, const int8_t *input, int8_t *output)
{
#if THIMBLE_SPARSE_HAS_ROWS
    if (thimble_sparse_pointwise_fast(&p->layer)) {
        thimble_sparse_pointwise_run(&p->layer, p->values, p->columns, p->counts, row, input, output);
        return;
    }
#endif
    for (uint32_t pixel = 0; pixel < p->layer.pixels; pixel++, input += p->layer.in_channels) {
        const int8_t *value = p->values;
        const uint8_t *place = p->columns;
        for (int32_t c = 0; c < p->layer.out_channels; c++) {
            int32_t sum = 0;
            for (const int8_t *end = value + p->counts[c]; value != end; value++) {
                sum += input[*place++] * *value;
            }
            *output++ = thimble_sparse_scale(&p->layer.output, sum, p->layer.output.scaling + 3 * c);
        }
    }
}
