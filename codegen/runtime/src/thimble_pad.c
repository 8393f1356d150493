/* Padding: byte by byte, since it is about memory and not about arithmetic. */
#include "thimble_pad.h"

static uint8_t *fill(const thimble_pad_params *p, uint8_t *to, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        *to++ = p->fill[i & 3u];
    }
    return to;
}

void thimble_pad(const thimble_pad_params *p, const void *input, void *output)
{
    const uint8_t *from = input;
    uint8_t *to = output;
    uint32_t bytes[4]; /* of one step along each axis of the output */
    bytes[3] = 1;
    for (int axis = 2; axis >= 0; axis--) {
        bytes[axis] = bytes[axis + 1] * (p->before[axis + 1] + p->inside[axis + 1] + p->after[axis + 1]);
    }
    to = fill(p, to, p->before[0] * bytes[0]);
    for (uint32_t i = 0; i < p->inside[0]; i++) {
        to = fill(p, to, p->before[1] * bytes[1]);
        for (uint32_t j = 0; j < p->inside[1]; j++) {
            to = fill(p, to, p->before[2] * bytes[2]);
            for (uint32_t k = 0; k < p->inside[2]; k++) {
                to = fill(p, to, p->before[3]);
                for (uint32_t l = 0; l < p->inside[3]; l++) {
                    *to++ = *from++;
                }
                to = fill(p, to, p->after[3]);
            }
            to = fill(p, to, p->after[2] * bytes[2]);
        }
        to = fill(p, to, p->after[1] * bytes[1]);
    }
    fill(p, to, p->after[0] * bytes[0]);
}
