#include "thimble_integer.h"

int64_t thimble_integer_load(const void *elements, int32_t index, uint8_t type)
{
    switch (type) {
    case THIMBLE_INT8:
        return ((const int8_t *)elements)[index];
    case THIMBLE_INT16:
        return ((const int16_t *)elements)[index];
    case THIMBLE_UINT16:
        return ((const uint16_t *)elements)[index];
    case THIMBLE_INT32:
        return ((const int32_t *)elements)[index];
    case THIMBLE_UINT32:
        return ((const uint32_t *)elements)[index];
    case THIMBLE_INT64:
        return ((const int64_t *)elements)[index];
    default:
        return ((const uint8_t *)elements)[index];
    }
}

void thimble_integer_store(void *elements, int32_t index, uint8_t type, int64_t value)
{
    switch (type) {
    case THIMBLE_INT16:
    case THIMBLE_UINT16:
        ((uint16_t *)elements)[index] = (uint16_t)value;
        return;
    case THIMBLE_INT32:
    case THIMBLE_UINT32:
        ((uint32_t *)elements)[index] = (uint32_t)value;
        return;
    case THIMBLE_INT64:
        ((int64_t *)elements)[index] = value;
        return;
    default:
        ((uint8_t *)elements)[index] = (uint8_t)value;
    }
}
