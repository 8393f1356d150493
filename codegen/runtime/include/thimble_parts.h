/* Buffers that follow each other as one string of bytes, wherever they lie: the inputs or the outputs of a model that
 * has several. */
#ifndef THIMBLE_PARTS_H
#define THIMBLE_PARTS_H

#include <stdint.h>

typedef struct {
    int32_t offset;              /* in the arena */
    uint32_t bytes;
} thimble_part;

/* Copies `length` bytes from byte `first` of the string on, which has so many. */
void thimble_parts_load(const thimble_part *parts, uint8_t *arena, uint32_t first, const uint8_t *bytes,
                        uint32_t length);
void thimble_parts_store(const thimble_part *parts, uint8_t *arena, uint32_t first, uint8_t *bytes, uint32_t length);

#endif
