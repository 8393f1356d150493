/* Portable reference of the test for what is not a number. */
#include "thimble_is_nan_f32.h"

#include "thimble_float_bits.h"

void thimble_is_nan_f32(const thimble_is_nan_f32_params *p, const float *input, uint8_t *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        output[i] = (thimble_bits_of(input[i]) & 0x7FFFFFFFu) > THIMBLE_INFINITE_BITS;
    }
}
