/* Portable reference of the operations on bits. */
#include "thimble_bitwise.h"

static int64_t joined(uint8_t operation, int64_t x, int64_t y)
{
    switch (operation) {
    case THIMBLE_BIT_AND:
        return x & y;
    case THIMBLE_BIT_OR:
        return x | y;
    case THIMBLE_BIT_XOR:
        return x ^ y;
    default:
        break;
    }
    if (y > 63) {
        return 0;
    }
    const uint64_t bits = (uint64_t)x;
    return (int64_t)(operation == THIMBLE_SHIFT_LEFT ? bits << y : bits >> y);
}

void thimble_bitwise(const thimble_bitwise_params *p, const void *a, const void *b, void *output)
{
    thimble_row row = {0};
    int32_t out = 0;
    for (uint32_t r = 0; r < p->shape.rows; r++) {
        int32_t i = row.a, j = row.b;
        for (uint32_t n = 0; n < p->shape.count[3]; n++) {
            const int64_t x = thimble_integer_load(a, i, p->type), y = thimble_integer_load(b, j, p->type);
            thimble_integer_store(output, out++, p->type, joined(p->operation, x, y));
            i += p->shape.a_step[3];
            j += p->shape.b_step[3];
        }
        thimble_next_row(&p->shape, &row);
    }
}
