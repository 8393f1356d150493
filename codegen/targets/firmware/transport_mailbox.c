/* The transport and the counters of the virtual boards: a mailbox of memory-mapped registers, served by the
 * emulator (core/boards/emulator/README.md). No peripheral of the emulated chips lies at its address. */
#include "timing.h"
#include "transport.h"

struct mailbox {
    volatile uint32_t read_address;  /* where received bytes go */
    volatile uint32_t read_length;   /* write: wait for 1 to this many bytes; read: how many came */
    volatile uint32_t write_address; /* where bytes to send lie */
    volatile uint32_t write_length;  /* write: send this many */
    volatile uint32_t timed_begin;   /* write: the counts of a region start after this function */
    volatile uint32_t timed_end;     /* write: they stop before this function */
    volatile uint32_t cycles_low;
    volatile uint32_t cycles_high;
    volatile uint32_t instructions_low;
    volatile uint32_t instructions_high;
    volatile uint32_t fault; /* write: stop, for this reason */
    volatile uint32_t waits_low;
    volatile uint32_t waits_high;
    volatile uint32_t waits_known;
};

#define MAILBOX ((struct mailbox *)0x58000000u)

void transport_start(void)
{
}

size_t transport_read(uint8_t *bytes, size_t capacity)
{
    MAILBOX->read_address = (uint32_t)(uintptr_t)bytes;
    MAILBOX->read_length = (uint32_t)capacity;
    return MAILBOX->read_length;
}

void transport_write(const uint8_t *bytes, size_t length)
{
    MAILBOX->write_address = (uint32_t)(uintptr_t)bytes;
    MAILBOX->write_length = (uint32_t)length;
}

bool transport_is_virtual(void)
{
    return true;
}

bool transport_identify(void)
{
    return false;
}

/* The emulated CPU takes no interrupts. */
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
    for (;;) {
        MAILBOX->fault = reason;
    }
}

void timing_begin(void)
{
    MAILBOX->timed_begin = 1;
}

void timing_end(void)
{
    MAILBOX->timed_end = 1;
}

struct timing timing_last(void)
{
    struct timing timing = {.cycles_known = true, .instructions_known = true};
    timing.cycles = MAILBOX->cycles_low | ((uint64_t)MAILBOX->cycles_high << 32);
    timing.instructions = MAILBOX->instructions_low | ((uint64_t)MAILBOX->instructions_high << 32);
    timing.waits_known = MAILBOX->waits_known != 0;
    timing.wait_cycles = MAILBOX->waits_low | ((uint64_t)MAILBOX->waits_high << 32);
    return timing;
}
