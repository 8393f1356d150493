/* Registers of the RP2040 that the firmware uses; the numbers are sections of the RP2040 datasheet. */
#ifndef THIMBLE_RP2040_H
#define THIMBLE_RP2040_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))
/* Aliases that set or clear the bits written (2.1.2). */
#define SET_BITS(address) REGISTER((address) + 0x2000u)
#define CLEAR_BITS(address) REGISTER((address) + 0x3000u)

/* 2.20, system information */
#define SYSINFO_CHIP_ID 0x40000000u
#define CHIP_REVISION(id) ((id) >> 28)
#define CHIP_REVISION_B1 1u

/* 2.15.7, clocks */
#define CLOCKS_REF_CTRL 0x40008030u
#define CLOCKS_REF_SELECTED 0x40008038u
#define CLOCKS_SYS_CTRL 0x4000803Cu
#define CLOCKS_SYS_SELECTED 0x40008044u
#define CLOCKS_PERI_CTRL 0x40008048u
#define CLOCKS_USB_CTRL 0x40008054u
#define CLOCKS_REF_XOSC 2u
#define CLOCKS_SYS_AUX 1u /* source: PLL_SYS, which is number 0 of the auxiliary ones */
#define CLOCKS_ENABLE (1u << 11)

/* 2.14.3, resets */
#define RESETS_RESET 0x4000C000u
#define RESETS_DONE 0x4000C008u
#define RESET_IO_BANK0 (1u << 5)
#define RESET_PADS_BANK0 (1u << 8)
#define RESET_PLL_SYS (1u << 12)
#define RESET_PLL_USB (1u << 13)
#define RESET_TIMER (1u << 21)
#define RESET_USBCTRL (1u << 24)

/* 2.19.6, pins */
#define IO_BANK0_CTRL(pin) (0x40014004u + 8u * (pin))
#define PADS_BANK0(pin) (0x4001C004u + 4u * (pin))
#define IO_FUNCTION_SIO 5u
#define IO_FUNCTION_USB_DEBUG 8u
#define IO_FUNCTION_BITS 0x1Fu
#define IO_OUTPUT_OFF (2u << 12)
#define IO_OUTPUT_BITS (3u << 12)
#define IO_INPUT_HIGH (3u << 16)
#define IO_INPUT_BITS (3u << 16)
#define PAD_PULLS ((1u << 3) | (1u << 2))
#define IO_QSPI_SS_CTRL 0x4001800Cu
#define IO_QSPI_OUTPUT_LOW (2u << 8)
#define IO_QSPI_OUTPUT_HIGH (3u << 8)
#define IO_QSPI_OUTPUT_BITS (3u << 8)

/* 2.16.7, crystal oscillator */
#define XOSC_CTRL 0x40024000u
#define XOSC_STATUS 0x40024004u
#define XOSC_STARTUP 0x4002400Cu
#define XOSC_1_TO_15_MHZ 0xAA0u
#define XOSC_ENABLE (0xFABu << 12)
#define XOSC_STABLE (1u << 31)
#define XOSC_1_MS_AT_12_MHZ 47u /* 12,000 cycles / 256 */

/* 2.18.4, PLLs */
#define PLL_SYS 0x40028000u
#define PLL_USB 0x4002C000u
#define PLL_CS 0x0u
#define PLL_PWR 0x4u
#define PLL_FEEDBACK 0x8u
#define PLL_POST 0xCu
#define PLL_LOCKED (1u << 31)
#define PLL_PWR_DOWN (1u << 0)
#define PLL_PWR_POST (1u << 3)
#define PLL_PWR_VCO (1u << 5)

/* 4.6.5, timer; 4.7.6, its tick of a microsecond, in the watchdog */
#define TIMER_RAW_LOW 0x40054028u
#define WATCHDOG_TICK 0x4005802Cu
#define WATCHDOG_TICK_ENABLE (1u << 9)

/* 2.3.1.7, single-cycle I/O */
#define SIO_GPIO_OUT_SET 0xD0000014u
#define SIO_GPIO_OUT_CLEAR 0xD0000018u
#define SIO_GPIO_OUTPUT_SET 0xD0000024u

/* 2.4.8, of the Cortex-M0+ */
#define SYSTICK_CTRL 0xE000E010u
#define SYSTICK_RELOAD 0xE000E014u
#define SYSTICK_VALUE 0xE000E018u
#define SYSTICK_ENABLE_CPU_CLOCK 5u
#define SYSTICK_BITS 24u
#define SYSTICK_MASK 0xFFFFFFu
#define NVIC_ENABLE 0xE000E100u
#define NVIC_USB (1u << 5)

/* 4.10.13, the flash's serial interface */
#define SSI_STATUS 0x18000028u
#define SSI_DATA 0x18000060u
#define SSI_STATUS_RX_THERE (1u << 3)

#define FLASH_START 0x10000000u
#define BOOT2_BYTES 256u

void unreset(uint32_t blocks);

#endif
