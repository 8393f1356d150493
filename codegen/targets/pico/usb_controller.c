/* The RP2040's USB controller as a device (datasheet, 4.1), with what its errata demand:
 * E5, for the first chips alone: on a busy bus the controller does not leave a bus reset by itself;
 * E15: it may hang when a packet to the host is made ready in the last fifth of a frame.
 * (E2 is about cancelling transfers, which this device never does.) Both ways around are untried on hardware. */
#include "usb_controller.h"

#include <stdbool.h>

#include "hardware.h"
#include "interrupts.h"
#include "rp2040.h"
#include "usb_device.h"

/* 4.1.4, registers */
#define USB 0x50110000u
#define USB_ADDRESS (USB + 0x00u)
#define USB_MAIN_CTRL (USB + 0x40u)
#define USB_FRAME (USB + 0x48u)
#define USB_SIE_CTRL (USB + 0x4Cu)
#define USB_SIE_STATUS (USB + 0x50u)
#define USB_BUFFER_STATUS (USB + 0x58u)
#define USB_STALL_ARM (USB + 0x68u)
#define USB_MUXING (USB + 0x74u)
#define USB_POWER (USB + 0x78u)
#define USB_PHY_DIRECT (USB + 0x7Cu)
#define USB_PHY_OVERRIDE (USB + 0x80u)
#define USB_INTERRUPT_ENABLE (USB + 0x90u)

#define MUX_TO_PHY ((1u << 0) | (1u << 3))  /* and connected by software */
#define MUX_TO_PADS ((1u << 2) | (1u << 3))
#define POWER_ALWAYS ((1u << 2) | (1u << 3)) /* the board lives from the bus, so the bus is there */
#define SIE_EP0_INTERRUPT (1u << 29)
#define SIE_PULL_UP (1u << 16)
#define SIE_BUS_RESET (1u << 19)
#define SIE_SETUP (1u << 17)
#define SIE_CONNECTED (1u << 16)
#define SIE_LINE_STATE (3u << 2) /* 0: the host holds both lines low */
#define PHY_PULL_UP (1u << 1)
#define PHY_OVERRIDE_PULL_UP (1u << 2)
#define INTERRUPTS ((1u << 4) | (1u << 12) | (1u << 16)) /* buffer done, bus reset, setup packet */

/* 4.1.2.5, the memory that CPU and controller share. */
#define DPRAM 0x50100000u
#define DPRAM_BYTES 4096u
#define DPRAM_SETUP DPRAM
#define ENDPOINT_CTRL(endpoint, to_host) (DPRAM + 8u * (endpoint) + ((to_host) ? 0u : 4u))
#define BUFFER_CTRL(endpoint, to_host) (DPRAM + 0x80u + 8u * (endpoint) + ((to_host) ? 0u : 4u))
#define CONTROL_BUFFER 0x100u
#define NOTIFY_BUFFER 0x180u
#define RECEIVE_BUFFER 0x1C0u
#define SEND_BUFFER 0x200u

#define ENDPOINT_ENABLE ((1u << 31) | (1u << 29)) /* with an interrupt for each buffer */
#define ENDPOINT_INTERRUPT (3u << 26)
#define ENDPOINT_BULK (2u << 26)
#define BUFFER_FULL (1u << 15)
#define BUFFER_LAST (1u << 14)
#define BUFFER_DATA1 (1u << 13)
#define BUFFER_STALL (1u << 11)
#define BUFFER_AVAILABLE (1u << 10)
#define BUFFER_LENGTH 0x3FFu
#define DONE_BIT(endpoint, to_host) (1u << (2u * (endpoint) + ((to_host) ? 0u : 1u)))

/* E15: packets are made ready only this early in a frame of 1,000 us; without frames there is no danger. */
#define SAFE_US 500u
#define NO_FRAMES_US 2000u
/* E5: the lines are held as if idle for 800 us, and nothing here waits longer than this. */
#define ERRATUM_E5_US 2000u
#define DP_PIN 15u

#define SDK_VENDOR 0x2E8Au
#define SDK_SERIAL_PORT 0x000Au

const struct usb_identity usb_identity = {SDK_VENDOR, SDK_SERIAL_PORT, "Thimble on Raspberry Pi Pico"};

/* BUFFER_DATA1 when the next packet is DATA1, for each endpoint and direction (0: from the host). */
static uint32_t data_bit[3][2];

/* Bytes, because the buffers need not be aligned. */
static void copy(volatile uint8_t *to, const volatile uint8_t *from, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        to[i] = from[i];
    }
}

static volatile uint8_t *shared(uint32_t offset)
{
    return (volatile uint8_t *)(uintptr_t)(DPRAM + offset);
}

/* The controller runs at 48 MHz: what goes with AVAILABLE must have reached it before (4.1.2.5.1). */
static void make_available(uint32_t endpoint, bool to_host, uint32_t control)
{
    const uint32_t with_data_bit = control | data_bit[endpoint][to_host];
    data_bit[endpoint][to_host] ^= BUFFER_DATA1;
    REGISTER(BUFFER_CTRL(endpoint, to_host)) = with_data_bit;
    __asm__ volatile("nop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop");
    REGISTER(BUFFER_CTRL(endpoint, to_host)) = with_data_bit | BUFFER_AVAILABLE;
}

static void send(uint32_t endpoint, uint32_t buffer, const uint8_t *bytes, size_t length)
{
    copy(shared(buffer), bytes, length);
    make_available(endpoint, true, (uint32_t)length | BUFFER_FULL | BUFFER_LAST);
}

void usb_controller_set_address(uint8_t address)
{
    REGISTER(USB_ADDRESS) = address;
}

void usb_controller_control_send(const uint8_t *bytes, size_t length)
{
    send(0, CONTROL_BUFFER, bytes, length);
}

void usb_controller_control_receive(void)
{
    make_available(0, false, USB_PACKET_BYTES | BUFFER_LAST);
}

void usb_controller_control_stall(void)
{
    REGISTER(USB_STALL_ARM) = 3; /* both directions of endpoint 0 */
    REGISTER(BUFFER_CTRL(0u, true)) = BUFFER_STALL;
    REGISTER(BUFFER_CTRL(0u, false)) = BUFFER_STALL;
}

void usb_controller_open(void)
{
    for (uint32_t endpoint = 1; endpoint < 3; endpoint++) {
        data_bit[endpoint][0] = data_bit[endpoint][1] = 0;
    }
    REGISTER(ENDPOINT_CTRL(USB_NOTIFY_ENDPOINT, true)) = ENDPOINT_ENABLE | ENDPOINT_INTERRUPT | NOTIFY_BUFFER;
    REGISTER(ENDPOINT_CTRL(USB_DATA_ENDPOINT, false)) = ENDPOINT_ENABLE | ENDPOINT_BULK | RECEIVE_BUFFER;
    REGISTER(ENDPOINT_CTRL(USB_DATA_ENDPOINT, true)) = ENDPOINT_ENABLE | ENDPOINT_BULK | SEND_BUFFER;
}

void usb_controller_close(void)
{
    for (uint32_t endpoint = 1; endpoint < 3; endpoint++) {
        for (uint32_t to_host = 0; to_host < 2; to_host++) {
            REGISTER(ENDPOINT_CTRL(endpoint, to_host)) = 0;
            REGISTER(BUFFER_CTRL(endpoint, to_host)) = 0;
        }
    }
}

void usb_controller_clear_halt(uint8_t address)
{
    const uint32_t endpoint = address & 0xFu;
    if (endpoint < 3) {
        data_bit[endpoint][(address & 0x80u) != 0] = 0;
    }
}

static void wait_for_frame(void)
{
    const uint32_t start = hardware_microseconds(), frame = REGISTER(USB_FRAME);
    while (REGISTER(USB_FRAME) == frame && hardware_microseconds() - start < NO_FRAMES_US) {
    }
}

void usb_controller_data_send(const uint8_t *bytes, size_t length)
{
    static uint32_t frame_began_us;
    if (hardware_microseconds() - frame_began_us > SAFE_US) {
        wait_for_frame();
        frame_began_us = hardware_microseconds();
    }
    send(USB_DATA_ENDPOINT, SEND_BUFFER, bytes, length);
}

void usb_controller_data_receive(void)
{
    make_available(USB_DATA_ENDPOINT, false, USB_PACKET_BYTES | BUFFER_LAST);
}

static bool wait_for(uint32_t bits)
{
    const uint32_t start = hardware_microseconds();
    while ((REGISTER(USB_SIE_STATUS) & bits) == 0) {
        if (hardware_microseconds() - start > ERRATUM_E5_US) {
            return false;
        }
    }
    return true;
}

static void change(uint32_t address, uint32_t mask, uint32_t bits)
{
    REGISTER(address) = (REGISTER(address) & ~mask) | bits;
}

/* E5: when the reset is over, the lines are shown as idle to the controller through a pin's input, for as long
 * as it wants to see that, whatever other devices do on the bus. */
static void show_idle_lines(void)
{
    if (CHIP_REVISION(REGISTER(SYSINFO_CHIP_ID)) != CHIP_REVISION_B1 || !wait_for(SIE_LINE_STATE)) {
        return;
    }
    const uint32_t pin = REGISTER(IO_BANK0_CTRL(DP_PIN)), pad = REGISTER(PADS_BANK0(DP_PIN));
    REGISTER(PADS_BANK0(DP_PIN)) = pad | PAD_PULLS; /* both: the pin keeps its level */
    change(IO_BANK0_CTRL(DP_PIN), IO_OUTPUT_BITS, IO_OUTPUT_OFF);
    change(IO_BANK0_CTRL(DP_PIN), IO_FUNCTION_BITS, IO_FUNCTION_USB_DEBUG);
    change(IO_BANK0_CTRL(DP_PIN), IO_INPUT_BITS, IO_INPUT_HIGH);
    SET_BITS(USB_PHY_DIRECT) = PHY_PULL_UP; /* the host must not see the device leave */
    SET_BITS(USB_PHY_OVERRIDE) = PHY_OVERRIDE_PULL_UP;
    REGISTER(USB_MUXING) = MUX_TO_PADS;
    wait_for(SIE_CONNECTED);
    REGISTER(USB_MUXING) = MUX_TO_PHY;
    CLEAR_BITS(USB_PHY_OVERRIDE) = PHY_OVERRIDE_PULL_UP;
    REGISTER(PADS_BANK0(DP_PIN)) = pad;
    REGISTER(IO_BANK0_CTRL(DP_PIN)) = pin;
}

static void serve_bus_reset(void)
{
    REGISTER(USB_ADDRESS) = 0;
    usb_on_bus_reset();
    CLEAR_BITS(USB_SIE_STATUS) = SIE_BUS_RESET;
    show_idle_lines();
}

static void serve_setup(void)
{
    uint8_t setup[8];
    copy(setup, (const volatile uint8_t *)DPRAM_SETUP, sizeof setup);
    data_bit[0][0] = data_bit[0][1] = BUFFER_DATA1; /* data and status stages begin with DATA1 */
    CLEAR_BITS(USB_SIE_STATUS) = SIE_SETUP;
    usb_on_setup(setup);
}

static size_t received(uint32_t endpoint, uint32_t buffer, uint8_t *bytes)
{
    const size_t length = REGISTER(BUFFER_CTRL(endpoint, false)) & BUFFER_LENGTH;
    copy(bytes, shared(buffer), length);
    return length;
}

static void serve_buffers(void)
{
    uint8_t bytes[USB_PACKET_BYTES];
    const uint32_t done = REGISTER(USB_BUFFER_STATUS);
    CLEAR_BITS(USB_BUFFER_STATUS) = done;
    if ((done & DONE_BIT(0u, true)) != 0) {
        usb_on_control_sent();
    }
    if ((done & DONE_BIT(0u, false)) != 0) {
        usb_on_control_received(bytes, received(0, CONTROL_BUFFER, bytes));
    }
    if ((done & DONE_BIT(USB_DATA_ENDPOINT, true)) != 0) {
        usb_on_data_sent();
    }
    if ((done & DONE_BIT(USB_DATA_ENDPOINT, false)) != 0) {
        usb_on_data_received(bytes, received(USB_DATA_ENDPOINT, RECEIVE_BUFFER, bytes));
    }
}

void usb_controller_serve(void)
{
    const uint32_t status = REGISTER(USB_SIE_STATUS);
    if ((status & SIE_BUS_RESET) != 0) {
        serve_bus_reset();
    }
    if ((status & SIE_SETUP) != 0) {
        serve_setup();
    }
    serve_buffers();
}

void interrupt_usb(void)
{
    usb_controller_serve();
}

void usb_controller_start(void)
{
    SET_BITS(RESETS_RESET) = RESET_USBCTRL;
    unreset(RESET_USBCTRL);
    for (uint32_t offset = 0; offset < DPRAM_BYTES; offset += 4u) {
        REGISTER(DPRAM + offset) = 0;
    }
    REGISTER(USB_MUXING) = MUX_TO_PHY;
    REGISTER(USB_POWER) = POWER_ALWAYS;
    REGISTER(USB_MAIN_CTRL) = 1;
    REGISTER(USB_SIE_CTRL) = SIE_EP0_INTERRUPT;
    REGISTER(USB_INTERRUPT_ENABLE) = INTERRUPTS;
    REGISTER(NVIC_ENABLE) = NVIC_USB;
    SET_BITS(USB_SIE_CTRL) = SIE_PULL_UP;
}
