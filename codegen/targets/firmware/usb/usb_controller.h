/* What the chip's USB controller does for usb_device.c: packets of at most USB_PACKET_BYTES on the control
 * endpoint, and on one bulk endpoint in each direction. What happens is told through usb_device.h. */
#ifndef THIMBLE_USB_CONTROLLER_H
#define THIMBLE_USB_CONTROLLER_H

#include <stddef.h>
#include <stdint.h>

#define USB_PACKET_BYTES 64u

/* Number of the interrupt endpoint (to the host) and of the two bulk endpoints. */
#define USB_NOTIFY_ENDPOINT 1u
#define USB_DATA_ENDPOINT 2u

/* How the device presents itself on this chip. */
struct usb_identity {
    uint16_t vendor;
    uint16_t product;
    const char *product_name;
};
extern const struct usb_identity usb_identity;

/* Connects to the bus, with interrupts. */
void usb_controller_start(void);

/* Serves what the controller has to tell; the interrupt does so by itself. */
void usb_controller_serve(void);

/* From the end of the request on, the device answers to this address. */
void usb_controller_set_address(uint8_t address);

/* The next packet of a control transfer to the host; a status stage is one without bytes. */
void usb_controller_control_send(const uint8_t *bytes, size_t length);

/* Takes the next packet of a control transfer from the host. */
void usb_controller_control_receive(void);

/* Refuses the request. */
void usb_controller_control_stall(void);

/* Opens the endpoints, or closes them all. */
void usb_controller_open(void);
void usb_controller_close(void);

/* Clears a halt: the next packet of the endpoint is DATA0. `address` as in USB descriptors. */
void usb_controller_clear_halt(uint8_t address);

/* To the host on the bulk endpoint; usb_on_data_sent follows when it is taken. May wait 2 ms. */
void usb_controller_data_send(const uint8_t *bytes, size_t length);

/* Takes the next packet from the bulk endpoint; usb_on_data_received follows. */
void usb_controller_data_receive(void);

#endif
