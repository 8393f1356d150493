/* Splitting, byte by byte. */
#include "thimble_split.h"

void thimble_split(const thimble_split_params *p, const void *input, void *const outputs[])
{
    const uint8_t *from = input;
    for (uint32_t row = 0; row < p->rows; row++) {
        for (int32_t i = 0; i < p->outputs; i++) {
            const uint32_t width = p->widths[i];
            uint8_t *to = (uint8_t *)outputs[i] + row * width;
            for (uint32_t n = 0; n < width; n++) {
                *to++ = *from++;
            }
        }
    }
}
