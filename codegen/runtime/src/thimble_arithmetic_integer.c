/* Portable reference of integer arithmetic. */
#include "thimble_arithmetic_integer.h"

static int64_t divided(uint8_t operation, int64_t x, int64_t y)
{
    if (y == 0) {
        return 0;
    }
    if (y == -1) { /* the smallest number has no opposite */
        return operation == THIMBLE_INTEGER_DIV ? (int64_t)(0u - (uint64_t)x) : 0;
    }
    if (operation == THIMBLE_INTEGER_DIV) {
        return x / y;
    }
    const int64_t rest = x % y;
    const int turns = operation == THIMBLE_INTEGER_MOD && rest != 0 && (rest < 0) != (y < 0);
    return turns ? rest + y : rest;
}

static int64_t computed(uint8_t operation, int64_t x, int64_t y)
{
    switch (operation) {
    case THIMBLE_INTEGER_ADD:
        return (int64_t)((uint64_t)x + (uint64_t)y);
    case THIMBLE_INTEGER_SUB:
        return (int64_t)((uint64_t)x - (uint64_t)y);
    case THIMBLE_INTEGER_MUL:
        return (int64_t)((uint64_t)x * (uint64_t)y);
    case THIMBLE_INTEGER_MINIMUM:
        return x < y ? x : y;
    case THIMBLE_INTEGER_MAXIMUM:
        return x > y ? x : y;
    default:
        return divided(operation, x, y);
    }
}

void thimble_arithmetic_integer(
    const thimble_arithmetic_integer_params *p, const void *a, const void *b, void *output)
{
    thimble_row row = {0};
    int32_t out = 0;
    for (uint32_t r = 0; r < p->shape.rows; r++) {
        int32_t i = row.a, j = row.b;
        for (uint32_t n = 0; n < p->shape.count[3]; n++) {
            const int64_t x = thimble_integer_load(a, i, p->type), y = thimble_integer_load(b, j, p->type);
            thimble_integer_store(output, out++, p->type, computed(p->operation, x, y));
            i += p->shape.a_step[3];
            j += p->shape.b_step[3];
        }
        thimble_next_row(&p->shape, &row);
    }
}
