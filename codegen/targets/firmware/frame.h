/* Frames, as docs/protocol.md describes them: COBS of
 *   type u16 | sequence u16 | length u16 | payload | CRC-32 u32      (little-endian)
 * followed by one zero byte. */
#ifndef THIMBLE_FRAME_H
#define THIMBLE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cobs.h"

#define FRAME_HEADER_BYTES 6u
#define FRAME_CRC_BYTES 4u
#define FRAME_CHUNK_BYTES 512u                       /* of input or output in one frame */
#define FRAME_PAYLOAD_BYTES (FRAME_CHUNK_BYTES + 8u) /* the longest payload */
#define FRAME_BYTES (FRAME_HEADER_BYTES + FRAME_PAYLOAD_BYTES + FRAME_CRC_BYTES)
#define FRAME_ENCODED_BYTES (COBS_MAX_BYTES(FRAME_BYTES) + 1u)

struct frame {
    uint16_t type;
    uint16_t sequence;
    uint16_t length; /* of the payload, bytes */
    const uint8_t *payload;
};

/* A frame ready to send. */
struct encoded_frame {
    uint8_t bytes[FRAME_ENCODED_BYTES];
    size_t length;
};

uint16_t get_u16(const uint8_t *from);
uint32_t get_u32(const uint8_t *from);
void put_u16(uint8_t *to, uint16_t value);
void put_u32(uint8_t *to, uint32_t value);
void put_u64(uint8_t *to, uint64_t value);

/* Encodes for sending. `frame->length` is at most FRAME_PAYLOAD_BYTES. */
void frame_encode(const struct frame *frame, struct encoded_frame *encoded);

/* Waits for the next valid frame; damaged ones are dropped, the host sends them again. The payload stays
 * valid until the next call. */
struct frame frame_receive(void);

/* How many were dropped since reset. */
uint32_t frames_damaged(void);

#endif
