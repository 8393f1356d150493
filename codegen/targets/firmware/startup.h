/* What a target's vector table refers to. */
#ifndef THIMBLE_STARTUP_H
#define THIMBLE_STARTUP_H

#include <stdint.h>

/* The address after the stack; from the linker script. */
extern uint32_t firmware_stack_top[];

/* Paints the stack, fills .data and .bss, calls board_prepare and main. */
void reset_handler(void) __attribute__((noreturn));

/* For every exception and interrupt that nothing handles. */
void unexpected_exception(void);

#endif
