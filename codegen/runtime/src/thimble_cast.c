/* Portable reference of the conversions between types. */
#include "thimble_cast.h"

/* Of the types up to THIMBLE_INT64: the smallest and the largest, and the first float that is too large. */
static const float LEAST[] = {-128.0f, 0.0f, -32768.0f, 0.0f, -2147483648.0f, 0.0f, -9223372036854775808.0f};
static const int64_t MOST[] = {INT8_MAX, UINT8_MAX, INT16_MAX, UINT16_MAX, INT32_MAX, UINT32_MAX, INT64_MAX};
static const float ABOVE[] = {
    128.0f, 256.0f, 32768.0f, 65536.0f, 2147483648.0f, 4294967296.0f, 9223372036854775808.0f,
};

static int64_t whole(float x, uint8_t type)
{
    if (type == THIMBLE_BOOL) {
        return x != 0.0f;
    }
    if (x != x) {
        return 0;
    }
    if (x >= ABOVE[type]) {
        return MOST[type];
    }
    return (int64_t)(x < LEAST[type] ? LEAST[type] : x);
}

void thimble_cast(const thimble_cast_params *p, const void *input, void *output)
{
    for (uint32_t n = 0; n < p->elements; n++) {
        const int32_t i = (int32_t)n;
        if (p->from == THIMBLE_FLOAT32) {
            thimble_integer_store(output, i, p->to, whole(((const float *)input)[i], p->to));
            continue;
        }
        const int64_t x = thimble_integer_load(input, i, p->from);
        if (p->to == THIMBLE_FLOAT32) {
            ((float *)output)[i] = (float)x;
        } else {
            thimble_integer_store(output, i, p->to, p->to == THIMBLE_BOOL ? x != 0 : x);
        }
    }
}
