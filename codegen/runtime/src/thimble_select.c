/* Byte by byte. */
#include "thimble_select.h"

/* Where element i, j, k of the first three axes begins. */
static int32_t row_of(const int32_t *step, uint32_t i, uint32_t j, uint32_t k)
{
    return step[0] * (int32_t)i + step[1] * (int32_t)j + step[2] * (int32_t)k;
}

void thimble_select(
    const thimble_select_params *p, const uint8_t *condition, const void *a, const void *b, void *output)
{
    uint8_t *to = output;
    for (uint32_t i = 0; i < p->count[0]; i++) {
        for (uint32_t j = 0; j < p->count[1]; j++) {
            for (uint32_t k = 0; k < p->count[2]; k++) {
                int32_t c = row_of(p->condition_step, i, j, k);
                int32_t x = row_of(p->a_step, i, j, k), y = row_of(p->b_step, i, j, k);
                for (uint32_t l = 0; l < p->count[3]; l++) {
                    const uint8_t *from = condition[c] ? (const uint8_t *)a + x * p->element_bytes
                                                       : (const uint8_t *)b + y * p->element_bytes;
                    for (int32_t n = 0; n < p->element_bytes; n++) {
                        *to++ = from[n];
                    }
                    c += p->condition_step[3];
                    x += p->a_step[3];
                    y += p->b_step[3];
                }
            }
        }
    }
}
