/* Taking 128 from a byte is turning its highest bit over, in both directions. */
#include "thimble_flip_sign.h"

void thimble_flip_sign(const thimble_flip_sign_params *p, const void *input, void *output)
{
    const uint8_t *source = input;
    uint8_t *result = output;
    for (uint32_t i = 0; i < p->elements; i++) {
        result[i] = (uint8_t)(source[i] ^ 0x80u);
    }
}
