/* Clocks, pins and the way to the bootloader of an Arduino Nano 33 BLE. Untried on a board. */
#include "hardware.h"

#include "nrf52840.h"

#define LED_PORT 0u /* the orange LED, D13 */
#define LED_PIN 13u
#define MARKER_PORT 1u /* D2 */
#define MARKER_PIN 11u
/* What the Arduino bootloader wants to find when it is to stay. */
#define STAY_IN_BOOTLOADER 0xB0u
/* The host gets the confirmation of its request before the board is gone. */
#define LAST_WORDS_US 20000u

static char serial_number[17];

static void put_hex(char *to, uint32_t value)
{
    static const char digits[] = "0123456789ABCDEF";
    for (uint32_t i = 0; i < 8; i++) {
        to[i] = digits[(value >> (28u - 4u * i)) & 15u];
    }
}

static void put_pin(uint32_t port, uint32_t pin, bool high)
{
    REGISTER(GPIO_PORT(port) + (high ? GPIO_SET : GPIO_CLEAR)) = 1u << pin;
}

static void start_output(uint32_t port, uint32_t pin)
{
    put_pin(port, pin, false);
    REGISTER(GPIO_PORT(port) + GPIO_OUTPUT) = 1u << pin;
}

void hardware_start(void)
{
    REGISTER(NVMC_CACHE) = NVMC_CACHE_ENABLE;
    REGISTER(CLOCK_START_CRYSTAL) = 1; /* USB needs its precision, and so do times */
    while ((REGISTER(CLOCK_STATUS) & CLOCK_CRYSTAL_RUNS) != CLOCK_CRYSTAL_RUNS) {
    }
    REGISTER(TIMER_MODE) = 0;
    REGISTER(TIMER_BITS) = TIMER_32_BITS;
    REGISTER(TIMER_PRESCALER) = TIMER_1_MHZ;
    REGISTER(TIMER_START) = 1;
    REGISTER(DEBUG_CONTROL) |= DEBUG_TRACE_ENABLE;
    REGISTER(DWT_COUNT) = 0;
    REGISTER(DWT_CONTROL) |= DWT_ENABLE;
    start_output(LED_PORT, LED_PIN);
    start_output(MARKER_PORT, MARKER_PIN);
    put_hex(serial_number, REGISTER(FICR_DEVICE_ID_HIGH));
    put_hex(serial_number + 8, REGISTER(FICR_DEVICE_ID_LOW));
}

uint32_t hardware_microseconds(void)
{
    REGISTER(TIMER_CAPTURE) = 1;
    return REGISTER(TIMER_CAPTURED);
}

void hardware_led(bool on)
{
    put_pin(LED_PORT, LED_PIN, on);
}

void hardware_marker(bool high)
{
    put_pin(MARKER_PORT, MARKER_PIN, high);
}

const char *hardware_serial_number(void)
{
    return serial_number;
}

void hardware_reboot_to_bootloader(void)
{
    const uint32_t start = hardware_microseconds();
    while (hardware_microseconds() - start < LAST_WORDS_US) {
    }
    REGISTER(POWER_RETAINED) = STAY_IN_BOOTLOADER;
    __asm__ volatile("dsb" ::: "memory");
    for (;;) {
        REGISTER(RESET_CONTROL) = RESET_REQUEST;
    }
}
