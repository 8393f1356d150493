/* What is the nRF52840's own at start (Cortex-M4F), under the Arduino bootloader.
 *
 * The bootloader sets VTOR to the vector table at 0x10000, masks interrupts and jumps. hardware.c sets up the
 * clocks and the cache of the flash, of which the virtual board has neither. */
#include <stdint.h>

#include "board.h"
#include "interrupts.h"
#include "startup.h"

const char board_id[16] = "nano33ble";
const uint32_t board_clock_hz = 64000000u; /* as in the TOML files of the boards */

/* Coprocessor Access Control Register (ARMv7-M Architecture Reference Manual, B3.2.20): full access to
 * coprocessors 10 and 11, which are the FPU. */
#define CPACR (*(volatile uint32_t *)0xE000ED88u)
#define CPACR_FPU (0xFu << 20)

void board_prepare(void)
{
    CPACR |= CPACR_FPU;
    __asm__ volatile("dsb\n\tisb\n\tcpsie i" ::: "memory");
}

/* Where the transport is not USB, nothing asks for it. */
__attribute__((weak)) void interrupt_usb(void)
{
    unexpected_exception();
}

/* ARMv7-M Architecture Reference Manual, B1.5.3, and the 48 interrupts of the nRF52840 product
 * specification, chapter "Instantiation". */
struct vector_table {
    uint32_t *stack_top;
    void (*reset)(void);
    void (*exceptions[14])(void);
    void (*interrupts[48])(void);
};

#define FAULT_4 unexpected_exception, unexpected_exception, unexpected_exception, unexpected_exception
#define FAULT_16 FAULT_4, FAULT_4, FAULT_4, FAULT_4

__attribute__((section(".vectors"), used)) const struct vector_table vector_table = {
    .stack_top = firmware_stack_top,
    .reset = reset_handler,
    .exceptions = {FAULT_4, FAULT_4, FAULT_4, unexpected_exception, unexpected_exception},
    .interrupts = {FAULT_16, FAULT_16, FAULT_4, unexpected_exception, unexpected_exception,
                   unexpected_exception, interrupt_usb, FAULT_4, FAULT_4},
};
