/* How bytes reach the host. One file implements this header and timing.h for each way of connecting:
 * it is the only file that differs between a board and its virtual twin. */
#ifndef THIMBLE_TRANSPORT_H
#define THIMBLE_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Connects. Called once, before anything else here. */
void transport_start(void);

/* Waits, idle, until at least one byte is there. Returns how many were stored: 1 to `capacity`. */
size_t transport_read(uint8_t *bytes, size_t capacity);

/* Returns when all bytes are on their way. */
void transport_write(const uint8_t *bytes, size_t length);

/* True where the board is emulated, and its counts therefore are estimates. */
bool transport_is_virtual(void);

/* Shows which board this is, for half a second. False where there is nothing to see. */
bool transport_identify(void);

/* Between these the host is not listened to, so that nothing disturbs the CPU: for less than 500 ms, or the
 * host takes the board for gone. */
void transport_pause(void);
void transport_resume(void);

/* Restarts into the board's bootloader. Returns only where the board has none: false. */
bool transport_reboot_to_bootloader(void);

/* The program cannot go on (`reason` is enum fault in board.h). Does not return. */
void transport_fault(uint32_t reason) __attribute__((noreturn));

#endif
