/* int8 sum with one multiplication an input. */
#include "thimble_add_s8_m0.h"

void thimble_add_s8_m0(const thimble_add_s8_m0_params *p, const int8_t *a, const int8_t *b, int8_t *output)
{
    /* The products may leave 32 bits; what they and the offset add up to does not. */
    const uint32_t a_factor = (uint32_t)p->a_factor, b_factor = (uint32_t)p->b_factor;
    const uint32_t offset = (uint32_t)p->offset;
    const int32_t low = p->output_min, high = p->output_max, shift = p->shift;
    const int32_t n = (int32_t)p->elements;
    for (int32_t i = 0; i < n; i++) {
        int32_t y = (int32_t)((uint32_t)a[i] * a_factor + ((uint32_t)b[i] * b_factor + offset)) >> shift;
        y = y > low ? y : low;
        y = y < high ? y : high;
        output[i] = (int8_t)y;
    }
}
