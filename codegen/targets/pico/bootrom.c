#include "bootrom.h"

#include <stdint.h>

/* Where the ROM keeps the address of its table of functions, and that of the function which searches it. */
#define ROM_TABLE 0x14u
#define ROM_LOOKUP 0x18u
#define ROM_CODE(a, b) ((uint32_t)(a) | ((uint32_t)(b) << 8))

/* In assembly, because compilers take an address this low for a null pointer gone wrong. */
static uint16_t half_word_at(uintptr_t address)
{
    uint32_t value;
    __asm__ volatile("ldrh %0, [%1]" : "=l"(value) : "l"(address));
    return (uint16_t)value;
}

static uintptr_t find(uint32_t code)
{
    uintptr_t (*lookup)(const uint16_t *, uint32_t) =
        (uintptr_t(*)(const uint16_t *, uint32_t))(uintptr_t)half_word_at(ROM_LOOKUP);
    return lookup((const uint16_t *)(uintptr_t)half_word_at(ROM_TABLE), code);
}

static void call(uint32_t code)
{
    ((void (*)(void))find(code))();
}

void bootrom_usb_boot(void)
{
    void (*boot)(uint32_t, uint32_t) = (void (*)(uint32_t, uint32_t))find(ROM_CODE('U', 'B'));
    for (;;) {
        boot(0, 0); /* no LED shows what the drive does; both interfaces are there */
    }
}

void bootrom_connect_flash(void)
{
    call(ROM_CODE('I', 'F'));
}

void bootrom_exit_xip(void)
{
    call(ROM_CODE('E', 'X'));
}

void bootrom_flush_cache(void)
{
    call(ROM_CODE('F', 'C'));
}
