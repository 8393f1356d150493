/* Byte by byte. */
#include "thimble_resize_nearest.h"

void thimble_resize_nearest(const thimble_resize_nearest_params *p, const void *input, void *output)
{
    uint8_t *to = output;
    for (uint32_t y = 0; y < p->out_height; y++) {
        const uint8_t *row = (const uint8_t *)input + (uint32_t)p->rows[y] * p->in_width * p->pixel_bytes;
        for (uint32_t x = 0; x < p->out_width; x++) {
            const uint8_t *from = row + (uint32_t)p->columns[x] * p->pixel_bytes;
            for (uint32_t n = 0; n < p->pixel_bytes; n++) {
                *to++ = from[n];
            }
        }
    }
}
