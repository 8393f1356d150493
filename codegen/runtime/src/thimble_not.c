/* Byte by byte. */
#include "thimble_not.h"

void thimble_not(const thimble_not_params *p, const void *input, void *output)
{
    const uint8_t *from = input;
    uint8_t *to = output;
    for (uint32_t i = 0; i < p->bytes; i++) {
        to[i] = (uint8_t)(from[i] ^ p->mask);
    }
}
