/* What only a real board has. Each target implements it for its chip; the virtual twin has none of it. */
#ifndef THIMBLE_HARDWARE_H
#define THIMBLE_HARDWARE_H

#include <stdbool.h>
#include <stdint.h>

/* Brings the clocks to full speed and starts the clock of hardware_microseconds and of timing.h. */
void hardware_start(void);

/* Runs on from hardware_start and wraps after 71 minutes. */
uint32_t hardware_microseconds(void);

/* The LED on the board. */
void hardware_led(bool on);

/* The pin that is high while the model runs, for power meters and oscilloscopes. */
void hardware_marker(bool high);

/* Unlike any other board's of its kind: letters and digits. */
const char *hardware_serial_number(void);

/* Into the bootloader, which the host can flash. */
void hardware_reboot_to_bootloader(void) __attribute__((noreturn));

#endif
