#include "flash_id.h"

#include <stdbool.h>
#include <stdint.h>

#include "bootrom.h"
#include "rp2040.h"

#define READ_UNIQUE_ID 0x4Bu
#define DUMMY_BYTES 4u
#define ID_BYTES 8u

static char text[2 * ID_BYTES + 1] = "0000000000000000";

static void select_flash(bool selected)
{
    const uint32_t others = REGISTER(IO_QSPI_SS_CTRL) & ~IO_QSPI_OUTPUT_BITS;
    REGISTER(IO_QSPI_SS_CTRL) = others | (selected ? IO_QSPI_OUTPUT_LOW : IO_QSPI_OUTPUT_HIGH);
    (void)REGISTER(IO_QSPI_SS_CTRL); /* the pin has changed when the register can be read */
}

/* Sends a byte and returns the one that comes back meanwhile. */
static uint8_t exchange(uint8_t byte)
{
    REGISTER(SSI_DATA) = byte;
    while ((REGISTER(SSI_STATUS) & SSI_STATUS_RX_THERE) == 0) {
    }
    return (uint8_t)REGISTER(SSI_DATA);
}

static void put_hex(char *to, uint8_t byte)
{
    static const char digits[] = "0123456789ABCDEF";
    to[0] = digits[byte >> 4];
    to[1] = digits[byte & 15u];
}

static void ask(void)
{
    select_flash(true);
    exchange(READ_UNIQUE_ID);
    for (uint32_t i = 0; i < DUMMY_BYTES; i++) {
        exchange(0);
    }
    for (uint32_t i = 0; i < ID_BYTES; i++) {
        put_hex(text + 2 * i, exchange(0));
    }
    select_flash(false);
}

void flash_id_read(void)
{
    uint32_t boot2[BOOT2_BYTES / 4u]; /* while the flash answers commands, it holds no code */
    for (uint32_t i = 0; i < BOOT2_BYTES / 4u; i++) {
        boot2[i] = REGISTER(FLASH_START + 4u * i);
    }
    bootrom_connect_flash();
    bootrom_exit_xip(); /* leaves the interface at one bit a clock, frames of 8 bits */
    ask();
    REGISTER(IO_QSPI_SS_CTRL) &= ~IO_QSPI_OUTPUT_BITS;
    bootrom_flush_cache();
    /* Back to fast reads, as the boot ROM did: a Thumb address, and boot2 returns to whoever calls it. */
    ((void (*)(void))((uintptr_t)boot2 | 1u))();
}

const char *flash_id_text(void)
{
    return text;
}
