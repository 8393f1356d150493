/* Portable reference of integer comparisons. */
#include "thimble_compare_integer.h"

void thimble_compare_integer(const thimble_compare_integer_params *p, const void *a, const void *b, uint8_t *output)
{
    thimble_row row = {0};
    for (uint32_t r = 0; r < p->shape.rows; r++) {
        int32_t i = row.a, j = row.b;
        for (uint32_t n = 0; n < p->shape.count[3]; n++) {
            const int64_t x = thimble_integer_load(a, i, p->type), y = thimble_integer_load(b, j, p->type);
            const uint8_t found = x < y ? 1u : x == y ? 2u : 4u;
            *output++ = (p->holds & found) != 0u;
            i += p->shape.a_step[3];
            j += p->shape.b_step[3];
        }
        thimble_next_row(&p->shape, &row);
    }
}
