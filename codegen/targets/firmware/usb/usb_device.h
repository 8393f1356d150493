/* A USB serial port (CDC ACM), whatever the chip: descriptors and control requests.
 * Sources: Universal Serial Bus Specification 2.0, chapter 9; USB CDC 1.2; PSTN subclass 1.2. */
#ifndef THIMBLE_USB_DEVICE_H
#define THIMBLE_USB_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Called by the controller, in its interrupt. `setup` has 8 bytes. */
void usb_on_bus_reset(void);
void usb_on_setup(const uint8_t *setup);
void usb_on_control_sent(void);
void usb_on_control_received(const uint8_t *bytes, size_t length);

/* Called by the controller for the bulk endpoints; transport_usb.c implements them. */
void usb_on_data_sent(void);
void usb_on_data_received(const uint8_t *bytes, size_t length);

/* Called by usb_device.c when the endpoints are open, all empty. */
void usb_on_configured(void);

/* Whether a program on the host has the port open. */
bool usb_device_is_open(void);

#endif
