/* From reset to main, the same on every microcontroller: the linker script names the places. */
#include "startup.h"

#include "board.h"
#include "transport.h"

extern uint32_t firmware_stack_bottom[];
extern uint32_t firmware_data_start[], firmware_data_end[];
extern const uint32_t firmware_data_in_flash[];
extern uint32_t firmware_bss_start[], firmware_bss_end[];

#define PAINT 0xA5C3A5C3u

int main(void);

/* Runs from flash, perhaps before the rest of the code is in RAM: `volatile` keeps the compiler from turning
 * the loops into calls of memcpy and memset, which are not there yet. */
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
    /* Through pointers: where code runs from RAM, it is out of reach of a direct call from flash. */
    void (*volatile prepare)(void) = board_prepare;
    prepare();
    int (*volatile run)(void) = main;
    run();
    void (*volatile stop)(uint32_t) = transport_fault;
    stop(FAULT_RETURNED);
    for (;;) {
    }
}

void unexpected_exception(void)
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
