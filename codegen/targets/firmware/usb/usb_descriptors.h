/* What the device says about itself: USB 2.0, section 9.6; USB CDC 1.2, section 5.2. */
#ifndef THIMBLE_USB_DESCRIPTORS_H
#define THIMBLE_USB_DESCRIPTORS_H

#include <stddef.h>
#include <stdint.h>

/* `value` is wValue of GET_DESCRIPTOR: the type in the high byte, the number in the low one. Returns NULL for
 * one that is not there. What is returned is valid until the next call. */
const uint8_t *usb_descriptor(uint16_t value, size_t *length);

#endif
