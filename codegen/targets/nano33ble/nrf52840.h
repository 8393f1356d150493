/* Registers of the nRF52840 that the firmware uses; the names in comments are chapters of its product
 * specification. */
#ifndef THIMBLE_NRF52840_H
#define THIMBLE_NRF52840_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

/* FICR: a number that no other chip has */
#define FICR_DEVICE_ID_LOW 0x10000060u
#define FICR_DEVICE_ID_HIGH 0x10000064u

/* CLOCK and POWER share an address */
#define CLOCK_START_CRYSTAL 0x40000000u
#define CLOCK_STATUS 0x4000040Cu
#define CLOCK_CRYSTAL_RUNS ((1u << 16) | (1u << 0))
#define POWER_USB_STATUS 0x40000438u
#define POWER_USB_DETECTED (1u << 0)
#define POWER_USB_READY (1u << 1)
#define POWER_RETAINED 0x4000051Cu /* GPREGRET: outlives a reset */

/* TIMER0 */
#define TIMER_START 0x40008000u
#define TIMER_CAPTURE 0x40008040u
#define TIMER_MODE 0x40008504u
#define TIMER_BITS 0x40008508u
#define TIMER_PRESCALER 0x40008510u
#define TIMER_CAPTURED 0x40008540u
#define TIMER_32_BITS 3u
#define TIMER_1_MHZ 4u /* 16 MHz / 2^4 */

/* NVMC: the cache of the flash */
#define NVMC_CACHE 0x4001E540u
#define NVMC_CACHE_ENABLE 1u

/* GPIO */
#define GPIO_PORT(port) (0x50000000u + 0x300u * (port))
#define GPIO_SET 0x508u
#define GPIO_CLEAR 0x50Cu
#define GPIO_OUTPUT 0x518u

/* Of the Cortex-M4: ARMv7-M Architecture Reference Manual, C1.6.5, C1.8.7, B3.2.6, B3.4.4 */
#define DEBUG_CONTROL 0xE000EDFCu
#define DEBUG_TRACE_ENABLE (1u << 24)
#define DWT_CONTROL 0xE0001000u
#define DWT_COUNT 0xE0001004u
#define DWT_ENABLE 1u
#define RESET_CONTROL 0xE000ED0Cu
#define RESET_REQUEST 0x05FA0004u
#define NVIC_ENABLE_32 0xE000E104u /* interrupts from 32 on */
#define NVIC_USB (1u << (39 - 32))

#endif
