/* Portable reference of the test for infinities. */
#include "thimble_is_inf_f32.h"

#include "thimble_float_bits.h"

void thimble_is_inf_f32(const thimble_is_inf_f32_params *p, const float *input, uint8_t *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const uint32_t bits = thimble_bits_of(input[i]);
        output[i] = (p->positive && bits == THIMBLE_INFINITE_BITS)
                    || (p->negative && bits == (THIMBLE_INFINITE_BITS | 0x80000000u));
    }
}
