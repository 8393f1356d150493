/* Portable reference of the int8 dense layer on compressed rows: a zero weight costs nothing. */
#include "thimble_dense_crs8_s8.h"
#include "thimble_requantize.h"

void thimble_dense_crs8_s8(const thimble_dense_crs8_s8_params *p, const int8_t *input, int8_t *output)
{
    const int8_t *value = p->values;
    const uint8_t *column = p->columns;
    for (int32_t row = 0; row < p->outputs; row++) {
        const int8_t *end = p->values + p->row_pointers[row + 1];
        int32_t sum = p->bias[row];
        while (value < end) {
            sum += (int32_t)input[*column++] * *value++;
        }
        const int32_t scale = p->per_channel ? row : 0;
        sum = thimble_requantize_once(sum, p->multiplier[scale], p->shift[scale]) + p->output_zero;
        output[row] = thimble_clamp_s8(sum, p->output_min, p->output_max);
    }
}
