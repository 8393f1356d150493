/* Byte by byte: a board copies a few of them a frame, before and after what is measured. */
#include "thimble_parts.h"

__attribute__((noinline)) static uint8_t *byte_of(const thimble_part *part, uint8_t *arena, uint32_t index)
{
    while (index >= part->bytes) {
        index -= part->bytes;
        part++;
    }
    return arena + part->offset + index;
}

void thimble_parts_load(const thimble_part *parts, uint8_t *arena, uint32_t first, const uint8_t *bytes,
                        uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        *byte_of(parts, arena, first + i) = bytes[i];
    }
}

void thimble_parts_store(const thimble_part *parts, uint8_t *arena, uint32_t first, uint8_t *bytes, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        bytes[i] = *byte_of(parts, arena, first + i);
    }
}
