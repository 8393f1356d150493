/* Slices and transpositions, byte by byte. */
#include "thimble_gather.h"

void thimble_gather(const thimble_gather_params *p, const void *input, void *output)
{
    const uint8_t *from = input;
    uint8_t *to = output;
    int32_t a = p->start;
    for (int32_t i = 0; i < p->count[0]; i++, a += p->step[0]) {
        int32_t b = a;
        for (int32_t j = 0; j < p->count[1]; j++, b += p->step[1]) {
            int32_t c = b;
            for (int32_t k = 0; k < p->count[2]; k++, c += p->step[2]) {
                int32_t d = c;
                for (int32_t l = 0; l < p->count[3]; l++, d += p->step[3]) {
                    for (int32_t n = 0; n < p->element_bytes; n++) {
                        *to++ = from[d + n];
                    }
                }
            }
        }
    }
}
