#include "usb_descriptors.h"

#include "hardware.h"
#include "usb_controller.h"

enum descriptor_type {
    DESCRIPTOR_DEVICE = 1,
    DESCRIPTOR_CONFIGURATION = 2,
    DESCRIPTOR_STRING = 3,
    DESCRIPTOR_INTERFACE = 4,
    DESCRIPTOR_ENDPOINT = 5,
    DESCRIPTOR_ASSOCIATION = 11,
    DESCRIPTOR_CDC = 0x24,
};

enum string_number { STRING_LANGUAGES, STRING_MAKER, STRING_PRODUCT, STRING_SERIAL };

#define LOW(value) (uint8_t)((value) & 0xFFu)
#define HIGH(value) (uint8_t)((value) >> 8)
#define DEVICE_BYTES 18u
#define CONFIGURATION_BYTES 75u
#define TO_HOST 0x80u
#define LANGUAGE_ENGLISH 0x0409u
#define LONGEST_STRING 30u
#define BULK 2u
#define INTERRUPT 3u
#define NOTIFY_BYTES 8u

/* An interface association tells Windows that both interfaces are one serial port; from Windows 10 on, and on
 * macOS and Linux, the system's own driver takes a device of this class. */
static const uint8_t configuration[CONFIGURATION_BYTES] = {
    /* one configuration: two interfaces, powered by the bus, 250 mA (units of 2 mA) */
    9, DESCRIPTOR_CONFIGURATION, CONFIGURATION_BYTES, 0, 2, 1, 0, 0x80, 125,
    /* interfaces 0 and 1 together: communications, abstract control model */
    8, DESCRIPTOR_ASSOCIATION, 0, 2, 2, 2, 0, 0,
    /* interface 0: control, one endpoint */
    9, DESCRIPTOR_INTERFACE, 0, 0, 1, 2, 2, 0, 0,
    5, DESCRIPTOR_CDC, 0x00, 0x20, 0x01,       /* header: CDC 1.20 */
    5, DESCRIPTOR_CDC, 0x01, 0x00, 1,          /* call management: none, data on interface 1 */
    4, DESCRIPTOR_CDC, 0x02, 0x02,             /* line coding and line state are understood */
    5, DESCRIPTOR_CDC, 0x06, 0, 1,             /* union: 0 controls 1 */
    7, DESCRIPTOR_ENDPOINT, TO_HOST | USB_NOTIFY_ENDPOINT, INTERRUPT, NOTIFY_BYTES, 0, 16,
    /* interface 1: data, one endpoint in each direction */
    9, DESCRIPTOR_INTERFACE, 1, 0, 2, 10, 0, 0, 0,
    7, DESCRIPTOR_ENDPOINT, USB_DATA_ENDPOINT, BULK, USB_PACKET_BYTES, 0, 0,
    7, DESCRIPTOR_ENDPOINT, TO_HOST | USB_DATA_ENDPOINT, BULK, USB_PACKET_BYTES, 0, 0,
};

static uint8_t built[2u + 2u * LONGEST_STRING];

static const uint8_t *device_descriptor(size_t *length)
{
    const uint8_t fields[DEVICE_BYTES] = {
        DEVICE_BYTES, DESCRIPTOR_DEVICE,
        0x00, 0x02,           /* USB 2.0 */
        0xEF, 0x02, 0x01,     /* interfaces are grouped by associations */
        USB_PACKET_BYTES,     /* of the control endpoint */
        LOW(usb_identity.vendor), HIGH(usb_identity.vendor),
        LOW(usb_identity.product), HIGH(usb_identity.product),
        0x00, 0x01,           /* version 1.0 */
        STRING_MAKER, STRING_PRODUCT, STRING_SERIAL,
        1,                    /* configuration */
    };
    for (size_t i = 0; i < DEVICE_BYTES; i++) {
        built[i] = fields[i];
    }
    *length = DEVICE_BYTES;
    return built;
}

static const uint8_t *string_descriptor(const char *text, size_t *length)
{
    size_t count = 0;
    for (; text[count] != 0 && count < LONGEST_STRING; count++) {
        built[2 + 2 * count] = (uint8_t)text[count];
        built[3 + 2 * count] = 0;
    }
    *length = 2 + 2 * count;
    built[0] = (uint8_t)*length;
    built[1] = DESCRIPTOR_STRING;
    return built;
}

static const uint8_t *string_numbered(uint8_t number, size_t *length)
{
    switch (number) {
    case STRING_LANGUAGES:
        string_descriptor(" ", length);
        built[2] = LOW(LANGUAGE_ENGLISH);
        built[3] = HIGH(LANGUAGE_ENGLISH);
        return built;
    case STRING_MAKER:
        return string_descriptor("Thimble", length);
    case STRING_PRODUCT:
        return string_descriptor(usb_identity.product_name, length);
    case STRING_SERIAL:
        return string_descriptor(hardware_serial_number(), length);
    default:
        return NULL;
    }
}

const uint8_t *usb_descriptor(uint16_t value, size_t *length)
{
    switch (HIGH(value)) {
    case DESCRIPTOR_DEVICE:
        return device_descriptor(length);
    case DESCRIPTOR_CONFIGURATION:
        *length = CONFIGURATION_BYTES;
        return LOW(value) == 0 ? configuration : NULL;
    case DESCRIPTOR_STRING:
        return string_numbered(LOW(value), length);
    default: /* no qualifier either: the device knows full speed alone */
        return NULL;
    }
}
