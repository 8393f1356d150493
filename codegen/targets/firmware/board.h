/* What the common firmware asks of a board's start-up code. */
#ifndef THIMBLE_BOARD_H
#define THIMBLE_BOARD_H

#include <stdint.h>

/* Reasons given to transport_fault. */
enum fault {
    FAULT_EXCEPTION = 1, /* the CPU took a fault or an interrupt that nothing handles */
    FAULT_RETURNED = 2,  /* main returned */
};

/* Up to 15 characters and the zero: the target's name, as in the TOML files of the boards. */
extern const char board_id[16];

/* The clock that counted cycles are divided by. */
extern const uint32_t board_clock_hz;

/* Called once, before main and after .data and .bss are filled: whatever the CPU needs for the program. */
void board_prepare(void);

/* Bytes reserved for the stack, and the most that were ever used of them (found by painting). */
uint32_t board_stack_bytes(void);
uint32_t board_stack_used_bytes(void);

#endif
