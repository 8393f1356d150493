/* Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): a packet without any zero byte, so that
 * a zero can end it and a receiver finds the next packet after any loss. */
#ifndef THIMBLE_COBS_H
#define THIMBLE_COBS_H

#include <stddef.h>
#include <stdint.h>

/* The most bytes that `length` bytes can become, without the zero at the end. */
#define COBS_MAX_BYTES(length) ((length) + (length) / 254u + 1u)

/* `to` has room for COBS_MAX_BYTES(length) and does not overlap `from`. Returns the bytes written. */
size_t cobs_encode(const uint8_t *from, size_t length, uint8_t *to);

/* Decodes in place. Returns the decoded length, or 0 when the packet is malformed. */
size_t cobs_decode(uint8_t *bytes, size_t length);

#endif
