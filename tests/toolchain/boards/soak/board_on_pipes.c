/* The firmware as a program on this computer: its transport is standard input and output. */
#include <unistd.h>

#include "board.h"
#include "timing.h"
#include "transport.h"

const char board_id[16] = "soak";
const uint32_t board_clock_hz = 1000000u;

uint32_t board_stack_bytes(void)
{
    return 0;
}

uint32_t board_stack_used_bytes(void)
{
    return 0;
}

void transport_start(void)
{
}

size_t transport_read(uint8_t *bytes, size_t capacity)
{
    const ssize_t got = read(0, bytes, capacity);
    if (got <= 0) {
        _exit(0);
    }
    return (size_t)got;
}

void transport_write(const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        const ssize_t put = write(1, bytes, length);
        if (put <= 0) {
            _exit(0);
        }
        bytes += put;
        length -= (size_t)put;
    }
}

bool transport_is_virtual(void)
{
    return true;
}

bool transport_identify(void)
{
    return false;
}

void transport_pause(void)
{
}

void transport_resume(void)
{
}

bool transport_reboot_to_bootloader(void)
{
    return false;
}

void transport_fault(uint32_t reason)
{
    _exit((int)reason);
}

void timing_begin(void)
{
}

void timing_end(void)
{
}

struct timing timing_last(void)
{
    return (struct timing){.cycles = 1, .cycles_known = true};
}
