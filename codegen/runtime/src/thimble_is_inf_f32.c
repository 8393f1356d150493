/* Portable reference of the test for infinities. */
#include "thimble_is_inf_f32.h"

void thimble_is_inf_f32(const thimble_is_inf_f32_params *p, const float *input, uint8_t *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = (p->positive && x > 3.40282347e38f) || (p->negative && x < -3.40282347e38f);
    }
}
