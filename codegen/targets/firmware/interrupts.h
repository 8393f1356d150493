/* Interrupts that only the real board takes: start.c has a weak function for each, which is a fault. */
#ifndef THIMBLE_INTERRUPTS_H
#define THIMBLE_INTERRUPTS_H

void interrupt_usb(void);

#endif
