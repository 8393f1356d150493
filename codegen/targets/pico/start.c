/* What is the RP2040's own at start (Cortex-M0+), without its SDK.
 *
 * The first 256 bytes of the flash belong to the second-stage bootloader (boot2.S), and hardware.c sets up the
 * clocks. The virtual board starts at the vector table and needs neither. */
#include <stdint.h>

#include "board.h"
#include "interrupts.h"
#include "startup.h"

const char board_id[16] = "pico";
const uint32_t board_clock_hz = 133000000u; /* as in the TOML files of the boards */

void board_prepare(void)
{
}

/* Where the transport is not USB, nothing asks for it. */
__attribute__((weak)) void interrupt_usb(void)
{
    unexpected_exception();
}

/* ARMv6-M Architecture Reference Manual, B1.5.3, and the 26 interrupts of the RP2040 datasheet, 2.3.2. */
struct vector_table {
    uint32_t *stack_top;
    void (*reset)(void);
    void (*exceptions[14])(void);
    void (*interrupts[26])(void);
};

#define FAULT_4 unexpected_exception, unexpected_exception, unexpected_exception, unexpected_exception

__attribute__((section(".vectors"), used)) const struct vector_table vector_table = {
    .stack_top = firmware_stack_top,
    .reset = reset_handler,
    .exceptions = {FAULT_4, FAULT_4, FAULT_4, unexpected_exception, unexpected_exception},
    .interrupts = {FAULT_4, unexpected_exception, interrupt_usb, unexpected_exception, unexpected_exception,
                   FAULT_4, FAULT_4, FAULT_4, FAULT_4, unexpected_exception},
};
