/* Start-up of the RP2040 (Cortex-M0+), without its SDK.
 *
 * The first 256 bytes of the flash belong to the second-stage bootloader. Neither it nor the set-up of the
 * clocks is here yet: the virtual board starts at the vector table and needs neither. */
#include <stdint.h>

#include "board.h"
#include "transport.h"

const char board_id[16] = "pico";
const uint32_t board_clock_hz = 133000000u; /* as in the TOML files of the boards */

/* From the linker script. */
extern uint32_t firmware_stack_bottom[], firmware_stack_top[];
extern uint32_t firmware_data_start[], firmware_data_end[];
extern const uint32_t firmware_data_in_flash[];
extern uint32_t firmware_bss_start[], firmware_bss_end[];

#define PAINT 0xA5C3A5C3u

int main(void);
void reset_handler(void) __attribute__((noreturn));

/* Runs from flash, before .data and its code are in RAM: `volatile` keeps the compiler from turning the
 * loops into calls of memcpy and memset, which are not there yet. */
__attribute__((section(".reset"), noreturn)) void reset_handler(void)
{
    uint32_t *top_of_free_stack;
    __asm__ volatile("mov %0, sp" : "=r"(top_of_free_stack));
    for (volatile uint32_t *word = firmware_stack_bottom; word < top_of_free_stack; word++) {
        *word = PAINT;
    }
    const volatile uint32_t *from = firmware_data_in_flash;
    for (volatile uint32_t *to = firmware_data_start; to < firmware_data_end; to++) {
        *to = *from++;
    }
    for (volatile uint32_t *word = firmware_bss_start; word < firmware_bss_end; word++) {
        *word = 0;
    }
    int (*volatile run)(void) = main; /* in RAM: out of reach of a direct call */
    run();
    void (*volatile stop)(uint32_t) = transport_fault;
    stop(FAULT_RETURNED);
    for (;;) {
    }
}

static void unexpected_exception(void)
{
    transport_fault(FAULT_EXCEPTION);
}

uint32_t board_stack_bytes(void)
{
    return (uint32_t)((uintptr_t)firmware_stack_top - (uintptr_t)firmware_stack_bottom);
}

uint32_t board_stack_used_bytes(void)
{
    const volatile uint32_t *word = firmware_stack_bottom;
    while (word < firmware_stack_top && *word == PAINT) {
        word++;
    }
    return (uint32_t)((uintptr_t)firmware_stack_top - (uintptr_t)word);
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
