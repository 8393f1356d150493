/* What is the RP2040's own at start (Cortex-M0+), without its SDK.
 *
 * The first 256 bytes of the flash belong to the second-stage bootloader. Neither it nor the set-up of the
 * clocks is here yet: the virtual board starts at the vector table and needs neither. */
#include <stdint.h>

#include "board.h"
#include "startup.h"

const char board_id[16] = "pico";
const uint32_t board_clock_hz = 133000000u; /* as in the TOML files of the boards */

void board_prepare(void)
{
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
    .interrupts = {FAULT_4, FAULT_4, FAULT_4, FAULT_4, FAULT_4, FAULT_4, unexpected_exception,
                   unexpected_exception},
};
