/* Byte by byte. */
#include "thimble_copy.h"

void thimble_copy(const thimble_copy_params *p, const void *input, void *output)
{
    const uint8_t *from = input;
    uint8_t *to = output;
    for (uint32_t i = 0; i < p->bytes; i++) {
        to[i] = from[i];
    }
}
