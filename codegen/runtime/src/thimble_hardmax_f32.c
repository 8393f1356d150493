/* Portable reference of the float hardmax. */
#include "thimble_hardmax_f32.h"

void thimble_hardmax_f32(const thimble_hardmax_f32_params *p, const float *input, float *output)
{
    for (uint32_t r = 0; r < p->rows; r++) {
        uint32_t place = 0;
        for (uint32_t c = 0; c < p->columns; c++) {
            place = input[c] > input[place] ? c : place;
            output[c] = 0.0f;
        }
        output[place] = 1.0f;
        input += p->columns;
        output += p->columns;
    }
}
