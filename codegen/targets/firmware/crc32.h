/* CRC-32 as in zlib and Ethernet: polynomial 0x04C11DB7 reflected, initial value and final xor all ones. */
#ifndef THIMBLE_CRC32_H
#define THIMBLE_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32_of(const uint8_t *bytes, size_t length);

#endif
