/* The transport over a USB serial port. One packet at a time in each direction: the host sends a request and
 * waits, so there is nothing to queue, and a packet that is not yet taken keeps the host from sending more. */
#include "transport.h"

#include "hardware.h"
#include "usb_controller.h"
#include "usb_device.h"

/* How long a host that has the port open may leave a packet before the message is given up. */
#define PATIENCE_US 1000000u
#define BLINK_US 100000u

static struct {
    uint8_t bytes[USB_PACKET_BYTES];
    volatile size_t length; /* 0: the controller may write */
    size_t taken;
} received;

static volatile bool sending;

void usb_on_configured(void)
{
    received.length = 0;
    received.taken = 0;
    sending = false;
    usb_controller_data_receive();
}

void usb_on_data_received(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        received.bytes[i] = bytes[i];
    }
    received.taken = 0;
    received.length = length;
    if (length == 0) {
        usb_controller_data_receive();
    }
}

void usb_on_data_sent(void)
{
    sending = false;
}

void transport_start(void)
{
    hardware_start();
    usb_controller_start();
}

/* Sleeps until the next interrupt, unless a packet is there. Interrupts are masked between the question and
 * the sleep, which ends for a pending one all the same: none is missed. */
static bool wait_for_packet(void)
{
    __asm__ volatile("cpsid i" ::: "memory");
    const bool there = received.length != 0;
    if (!there) {
        __asm__ volatile("wfi" ::: "memory");
    }
    __asm__ volatile("cpsie i" ::: "memory");
    return there;
}

size_t transport_read(uint8_t *bytes, size_t capacity)
{
    while (!wait_for_packet()) {
    }
    size_t count = 0;
    while (count < capacity && received.taken < received.length) {
        bytes[count++] = received.bytes[received.taken++];
    }
    if (received.taken == received.length) {
        __asm__ volatile("cpsid i" ::: "memory");
        received.length = 0;
        usb_controller_data_receive();
        __asm__ volatile("cpsie i" ::: "memory");
    }
    return count;
}

/* False when nobody takes what is sent. */
static bool wait_until_sent(void)
{
    const uint32_t start = hardware_microseconds();
    while (sending) {
        if (!usb_device_is_open() || hardware_microseconds() - start > PATIENCE_US) {
            return false;
        }
    }
    return usb_device_is_open();
}

void transport_write(const uint8_t *bytes, size_t length)
{
    size_t piece;
    do { /* a last packet that is full is followed by an empty one, or the host waits for more */
        if (!wait_until_sent()) {
            return; /* the host asks again when it is back */
        }
        piece = length < USB_PACKET_BYTES ? length : USB_PACKET_BYTES;
        sending = true;
        usb_controller_data_send(bytes, piece);
        bytes += piece;
        length -= piece;
    } while (piece == USB_PACKET_BYTES);
}

bool transport_is_virtual(void)
{
    return false;
}

bool transport_identify(void)
{
    for (int turn = 0; turn < 5; turn++) {
        hardware_led(turn % 2 == 0);
        const uint32_t start = hardware_microseconds();
        while (hardware_microseconds() - start < BLINK_US) {
        }
    }
    hardware_led(false);
    return true;
}

void transport_pause(void)
{
    __asm__ volatile("cpsid i" ::: "memory");
}

void transport_resume(void)
{
    __asm__ volatile("cpsie i" ::: "memory");
}

bool transport_reboot_to_bootloader(void)
{
    wait_until_sent(); /* the acknowledgement */
    hardware_reboot_to_bootloader();
}

/* The LED blinks fast. The controller is served on, so that the host can still ask for the bootloader. */
void transport_fault(uint32_t reason)
{
    (void)reason;
    for (;;) {
        hardware_led((hardware_microseconds() / (BLINK_US / 2u)) % 2u == 0);
        usb_controller_serve();
    }
}
