/* Functions of the RP2040's boot ROM (datasheet, 2.8.3). */
#ifndef THIMBLE_BOOTROM_H
#define THIMBLE_BOOTROM_H

/* Restarts as the drive RPI-RP2. */
void bootrom_usb_boot(void) __attribute__((noreturn));

/* The flash out of the mode in which code runs from it, and no longer cached. */
void bootrom_connect_flash(void);
void bootrom_exit_xip(void);
void bootrom_flush_cache(void);

#endif
