/* Concatenation, byte by byte. */
#include "thimble_concat.h"

void thimble_concat(const thimble_concat_params *p, const void *const inputs[], void *output)
{
    uint8_t *to = output;
    for (uint32_t row = 0; row < p->rows; row++) {
        for (int32_t i = 0; i < p->inputs; i++) {
            const uint32_t width = p->widths[i];
            const uint8_t *from = (const uint8_t *)inputs[i] + row * width;
            for (uint32_t n = 0; n < width; n++) {
                *to++ = *from++;
            }
        }
    }
}
