#include "frame.h"

#include "crc32.h"
#include "transport.h"

uint16_t get_u16(const uint8_t *from)
{
    return (uint16_t)(from[0] | (from[1] << 8));
}

uint32_t get_u32(const uint8_t *from)
{
    return (uint32_t)get_u16(from) | ((uint32_t)get_u16(from + 2) << 16);
}

void put_u16(uint8_t *to, uint16_t value)
{
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
}

void put_u32(uint8_t *to, uint32_t value)
{
    put_u16(to, (uint16_t)value);
    put_u16(to + 2, (uint16_t)(value >> 16));
}

void put_u64(uint8_t *to, uint64_t value)
{
    put_u32(to, (uint32_t)value);
    put_u32(to + 4, (uint32_t)(value >> 32));
}

void frame_encode(const struct frame *frame, struct encoded_frame *encoded)
{
    static uint8_t plain[FRAME_BYTES]; /* static: the stack is small */
    put_u16(plain, frame->type);
    put_u16(plain + 2, frame->sequence);
    put_u16(plain + 4, frame->length);
    for (uint16_t i = 0; i < frame->length; i++) {
        plain[FRAME_HEADER_BYTES + i] = frame->payload[i];
    }
    const size_t checked = FRAME_HEADER_BYTES + frame->length;
    put_u32(plain + checked, crc32_of(plain, checked));
    encoded->length = cobs_encode(plain, checked + FRAME_CRC_BYTES, encoded->bytes);
    encoded->bytes[encoded->length++] = 0;
}

/* The next byte from the host, fetched in pieces: a call for each byte would cost more than the byte. */
static uint8_t next_byte(void)
{
    static uint8_t buffer[128];
    static size_t filled;
    static size_t taken;
    if (taken == filled) {
        filled = transport_read(buffer, sizeof buffer);
        taken = 0;
    }
    return buffer[taken++];
}

/* Collects bytes up to the next zero. Returns how many; where they are too many for a frame, only the first,
 * which is none either. */
static size_t receive_packet(uint8_t *packet)
{
    size_t length = 0;
    for (;;) {
        const uint8_t byte = next_byte();
        if (byte == 0) {
            return length < FRAME_ENCODED_BYTES ? length : 1;
        }
        if (length < FRAME_ENCODED_BYTES) {
            packet[length++] = byte;
        }
    }
}

static bool parse(const uint8_t *plain, size_t length, struct frame *frame)
{
    if (length < FRAME_HEADER_BYTES + FRAME_CRC_BYTES) {
        return false;
    }
    frame->type = get_u16(plain);
    frame->sequence = get_u16(plain + 2);
    frame->length = get_u16(plain + 4);
    frame->payload = plain + FRAME_HEADER_BYTES;
    const size_t checked = length - FRAME_CRC_BYTES;
    return frame->length <= FRAME_PAYLOAD_BYTES && checked == FRAME_HEADER_BYTES + frame->length
        && get_u32(plain + checked) == crc32_of(plain, checked);
}

static uint32_t damaged;

uint32_t frames_damaged(void)
{
    return damaged;
}

struct frame frame_receive(void)
{
    static uint8_t packet[FRAME_ENCODED_BYTES];
    struct frame frame;
    for (;;) {
        const size_t received = receive_packet(packet);
        if (parse(packet, cobs_decode(packet, received), &frame)) {
            return frame;
        }
        damaged += received != 0; /* an empty packet only ends what came before it */
    }
}
