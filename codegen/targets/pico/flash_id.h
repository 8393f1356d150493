/* The RP2040 has no number of its own; its flash chip has one (W25Q16JV datasheet, 8.2.37). */
#ifndef THIMBLE_FLASH_ID_H
#define THIMBLE_FLASH_ID_H

/* Runs from RAM and needs no interrupt to be on: the flash cannot be read meanwhile. */
void flash_id_read(void);

/* 16 hexadecimal digits; zeros before flash_id_read. */
const char *flash_id_text(void);

#endif
