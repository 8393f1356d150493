/* Clocks, pins and the way to the boot ROM of a Raspberry Pi Pico. */
#include "hardware.h"

#include "bootrom.h"
#include "flash_id.h"
#include "rp2040.h"

#define LED_PIN 25u
#define MARKER_PIN 2u /* GP2, pin 4 of the board, beside a ground */

void unreset(uint32_t blocks)
{
    CLEAR_BITS(RESETS_RESET) = blocks;
    while ((REGISTER(RESETS_DONE) & blocks) != blocks) {
    }
}

/* 12 MHz × `feedback` / (`first` × `second`). */
static void start_pll(uint32_t pll, uint32_t feedback, uint32_t first, uint32_t second)
{
    REGISTER(pll + PLL_CS) = 1; /* divide the crystal's clock by 1 */
    REGISTER(pll + PLL_FEEDBACK) = feedback;
    CLEAR_BITS(pll + PLL_PWR) = PLL_PWR_DOWN | PLL_PWR_VCO;
    while ((REGISTER(pll + PLL_CS) & PLL_LOCKED) == 0) {
    }
    REGISTER(pll + PLL_POST) = (first << 16) | (second << 12);
    CLEAR_BITS(pll + PLL_PWR) = PLL_PWR_POST;
}

static void start_crystal(void)
{
    REGISTER(XOSC_CTRL) = XOSC_1_TO_15_MHZ;
    REGISTER(XOSC_STARTUP) = XOSC_1_MS_AT_12_MHZ;
    SET_BITS(XOSC_CTRL) = XOSC_ENABLE;
    while ((REGISTER(XOSC_STATUS) & XOSC_STABLE) == 0) {
    }
}

/* Both run from the crystal while the PLLs, which may be on from before, start anew. */
static void clock_from_crystal(void)
{
    REGISTER(CLOCKS_REF_CTRL) = CLOCKS_REF_XOSC;
    while ((REGISTER(CLOCKS_REF_SELECTED) & (1u << CLOCKS_REF_XOSC)) == 0) {
    }
    CLEAR_BITS(CLOCKS_SYS_CTRL) = CLOCKS_SYS_AUX;
    while ((REGISTER(CLOCKS_SYS_SELECTED) & 1u) == 0) {
    }
}

static void start_clocks(void)
{
    start_crystal();
    clock_from_crystal();
    SET_BITS(RESETS_RESET) = RESET_PLL_SYS | RESET_PLL_USB;
    unreset(RESET_PLL_SYS | RESET_PLL_USB);
    start_pll(PLL_SYS, 133, 6, 2);  /* 133 MHz, from 1,596 MHz */
    start_pll(PLL_USB, 100, 5, 5);  /* 48 MHz, from 1,200 MHz */
    REGISTER(CLOCKS_SYS_CTRL) = 0;  /* the auxiliary source is chosen before it is used */
    REGISTER(CLOCKS_SYS_CTRL) = CLOCKS_SYS_AUX;
    while ((REGISTER(CLOCKS_SYS_SELECTED) & (1u << CLOCKS_SYS_AUX)) == 0) {
    }
    REGISTER(CLOCKS_PERI_CTRL) = CLOCKS_ENABLE;
    REGISTER(CLOCKS_USB_CTRL) = CLOCKS_ENABLE;
}

static void start_output(uint32_t pin)
{
    REGISTER(SIO_GPIO_OUT_CLEAR) = 1u << pin;
    REGISTER(SIO_GPIO_OUTPUT_SET) = 1u << pin;
    REGISTER(IO_BANK0_CTRL(pin)) = IO_FUNCTION_SIO;
}

void hardware_start(void)
{
    flash_id_read(); /* before the clocks: slowly is safe */
    start_clocks();
    REGISTER(WATCHDOG_TICK) = 12u | WATCHDOG_TICK_ENABLE; /* 12 cycles of the crystal are a microsecond */
    unreset(RESET_IO_BANK0 | RESET_PADS_BANK0 | RESET_TIMER);
    REGISTER(SYSTICK_RELOAD) = SYSTICK_MASK;
    REGISTER(SYSTICK_VALUE) = 0;
    REGISTER(SYSTICK_CTRL) = SYSTICK_ENABLE_CPU_CLOCK;
    start_output(LED_PIN);
    start_output(MARKER_PIN);
}

uint32_t hardware_microseconds(void)
{
    return REGISTER(TIMER_RAW_LOW);
}

static void put_pin(uint32_t pin, bool high)
{
    REGISTER(high ? SIO_GPIO_OUT_SET : SIO_GPIO_OUT_CLEAR) = 1u << pin;
}

void hardware_led(bool on)
{
    put_pin(LED_PIN, on);
}

void hardware_marker(bool high)
{
    put_pin(MARKER_PIN, high);
}

const char *hardware_serial_number(void)
{
    return flash_id_text();
}

void hardware_reboot_to_bootloader(void)
{
    bootrom_usb_boot();
}
