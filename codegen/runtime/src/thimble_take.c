/* Byte by byte. */
#include "thimble_take.h"

void thimble_take(const thimble_take_params *p, const void *input, void *output)
{
    uint8_t *to = output;
    for (uint32_t o = 0; o < p->outer; o++) {
        const uint8_t *block = (const uint8_t *)input + o * p->count * p->inner_bytes;
        for (uint32_t t = 0; t < p->taken; t++) {
            const int32_t place = p->places[t];
            const uint8_t *from = block + (place < 0 ? 0u : (uint32_t)place * p->inner_bytes);
            for (uint32_t n = 0; n < p->inner_bytes; n++) {
                *to++ = place < 0 ? 0u : from[n];
            }
        }
    }
}
