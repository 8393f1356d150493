#include "cobs.h"

size_t cobs_encode(const uint8_t *from, size_t length, uint8_t *to)
{
    size_t code_at = 0; /* where the code of the group being written goes */
    size_t written = 1;
    uint8_t code = 1; /* one more than the bytes in the group */
    for (size_t i = 0; i < length; i++) {
        if (from[i] != 0) {
            to[written++] = from[i];
            code++;
        }
        if (from[i] == 0 || (code == 255u && i + 1u < length)) {
            to[code_at] = code;
            code_at = written++;
            code = 1;
        }
    }
    to[code_at] = code;
    return written;
}

size_t cobs_decode(uint8_t *bytes, size_t length)
{
    size_t read = 0;
    size_t written = 0;
    while (read < length) {
        const uint8_t code = bytes[read++];
        if (code == 0 || read + code - 1u > length) {
            return 0;
        }
        for (uint8_t i = 1; i < code; i++) {
            bytes[written++] = bytes[read++];
        }
        if (code != 255u && read < length) {
            bytes[written++] = 0;
        }
    }
    return written;
}
