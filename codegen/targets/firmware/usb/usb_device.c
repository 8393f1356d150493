/* Control requests of a USB serial port: the standard ones, and those of CDC ACM. */
#include "usb_device.h"

#include "hardware.h"
#include "usb_controller.h"
#include "usb_descriptors.h"

/* bRequest where bmRequestType says "standard" (USB 2.0, table 9-4). */
enum standard_request {
    GET_STATUS = 0,
    CLEAR_FEATURE = 1,
    SET_FEATURE = 3,
    SET_ADDRESS = 5,
    GET_DESCRIPTOR = 6,
    GET_CONFIGURATION = 8,
    SET_CONFIGURATION = 9,
    GET_INTERFACE = 10,
    SET_INTERFACE = 11,
};

/* bRequest where it says "class" (PSTN 1.2, table 13). */
enum cdc_request {
    SET_LINE_CODING = 0x20,
    GET_LINE_CODING = 0x21,
    SET_CONTROL_LINE_STATE = 0x22,
    SEND_BREAK = 0x23,
};

#define TYPE_MASK 0x60u
#define TYPE_STANDARD 0x00u
#define TYPE_CLASS 0x20u
#define RECIPIENT_MASK 0x1Fu
#define RECIPIENT_ENDPOINT 2u
#define LINE_CODING_BYTES 7u
#define LINE_DTR 1u
/* A host that opens the port at this rate and closes it asks for the bootloader, as Arduino's do. */
#define TOUCH_BAUD 1200u

struct setup {
    uint8_t type;
    uint8_t request;
    uint16_t value;
    uint16_t index;
    uint16_t length;
};

/* What the control endpoint is in the middle of. */
enum control_stage { CONTROL_IDLE, CONTROL_SENDING, CONTROL_RECEIVING, CONTROL_STATUS };

static struct {
    enum control_stage stage;
    const uint8_t *next; /* of what is being sent */
    size_t left;
    bool empty_packet; /* the answer fills its last packet and is shorter than the host asked for */
} control;

static struct {
    uint8_t configuration;
    bool terminal_ready; /* DTR: a program has the port open */
    bool touched;        /* into the bootloader when this request is over */
    uint8_t address;     /* to take when this request is over */
    uint8_t line_coding[LINE_CODING_BYTES];
} device = {.line_coding = {0x00, 0xC2, 0x01, 0x00, 0, 0, 8}}; /* 115200 8N1 */

static uint8_t answer[2];

bool usb_device_is_open(void)
{
    return device.configuration != 0 && device.terminal_ready;
}

void usb_on_bus_reset(void)
{
    control.stage = CONTROL_IDLE;
    device.configuration = 0;
    device.terminal_ready = false;
    device.address = 0;
    usb_controller_close();
}

static void send_next(void)
{
    const size_t length = control.left < USB_PACKET_BYTES ? control.left : USB_PACKET_BYTES;
    usb_controller_control_send(control.next, length);
    control.next += length;
    control.left -= length;
    if (length < USB_PACKET_BYTES) {
        control.empty_packet = false;
    }
}

/* Answers with up to as many bytes as the host asked for. */
static bool reply(const struct setup *setup, const uint8_t *bytes, size_t length)
{
    control.stage = CONTROL_SENDING;
    control.next = bytes;
    control.left = length < setup->length ? length : setup->length;
    control.empty_packet = control.left < setup->length && control.left % USB_PACKET_BYTES == 0;
    send_next();
    return true;
}

/* Says that a request without data is done. */
static bool done(void)
{
    control.stage = CONTROL_STATUS;
    usb_controller_control_send(NULL, 0);
    return true;
}

static bool configure(uint8_t value)
{
    if (value > 1) {
        return false;
    }
    usb_controller_close();
    device.configuration = value;
    if (value != 0) {
        usb_controller_open();
        usb_on_configured();
    }
    return done();
}

static bool clear_feature(const struct setup *setup)
{
    if ((setup->type & RECIPIENT_MASK) == RECIPIENT_ENDPOINT) {
        usb_controller_clear_halt((uint8_t)setup->index);
    }
    return done();
}

static bool standard_request(const struct setup *setup)
{
    size_t length;
    const uint8_t *descriptor;
    answer[0] = answer[1] = 0;
    switch (setup->request) {
    case GET_STATUS: /* powered by the bus, no remote wake-up, nothing halted */
        return reply(setup, answer, 2);
    case CLEAR_FEATURE:
        return clear_feature(setup);
    case SET_ADDRESS:
        device.address = (uint8_t)(setup->value & 0x7Fu);
        return done();
    case GET_DESCRIPTOR:
        descriptor = usb_descriptor(setup->value, &length);
        return descriptor != NULL && reply(setup, descriptor, length);
    case GET_CONFIGURATION:
        answer[0] = device.configuration;
        return reply(setup, answer, 1);
    case SET_CONFIGURATION:
        return configure((uint8_t)setup->value);
    case GET_INTERFACE:
        return reply(setup, answer, 1);
    case SET_INTERFACE:
        return setup->value == 0 && done();
    default: /* SET_FEATURE too: there is no feature to set */
        return false;
    }
}

static uint32_t baud_rate(void)
{
    const uint8_t *b = device.line_coding;
    return b[0] | ((uint32_t)b[1] << 8) | ((uint32_t)b[2] << 16) | ((uint32_t)b[3] << 24);
}

static bool class_request(const struct setup *setup)
{
    switch (setup->request) {
    case SET_LINE_CODING:
        if (setup->length != LINE_CODING_BYTES) {
            return false;
        }
        control.stage = CONTROL_RECEIVING;
        usb_controller_control_receive();
        return true;
    case GET_LINE_CODING:
        return reply(setup, device.line_coding, LINE_CODING_BYTES);
    case SET_CONTROL_LINE_STATE:
        device.terminal_ready = (setup->value & LINE_DTR) != 0;
        device.touched = !device.terminal_ready && baud_rate() == TOUCH_BAUD;
        return done();
    case SEND_BREAK:
        return done();
    default:
        return false;
    }
}

void usb_on_setup(const uint8_t *bytes)
{
    const struct setup setup = {
        .type = bytes[0],
        .request = bytes[1],
        .value = (uint16_t)(bytes[2] | (bytes[3] << 8)),
        .index = (uint16_t)(bytes[4] | (bytes[5] << 8)),
        .length = (uint16_t)(bytes[6] | (bytes[7] << 8)),
    };
    bool taken = false;
    control.stage = CONTROL_IDLE;
    if ((setup.type & TYPE_MASK) == TYPE_STANDARD) {
        taken = standard_request(&setup);
    } else if ((setup.type & TYPE_MASK) == TYPE_CLASS) {
        taken = class_request(&setup);
    }
    if (!taken) {
        usb_controller_control_stall();
    }
}

/* What had to wait until the host has its confirmation. */
static void finish_request(void)
{
    control.stage = CONTROL_IDLE;
    if (device.address != 0) {
        usb_controller_set_address(device.address);
        device.address = 0;
    }
    if (device.touched) {
        hardware_reboot_to_bootloader();
    }
}

void usb_on_control_sent(void)
{
    if (control.stage == CONTROL_STATUS) {
        finish_request();
    } else if (control.stage == CONTROL_SENDING && (control.left > 0 || control.empty_packet)) {
        send_next();
    } else if (control.stage == CONTROL_SENDING) {
        control.stage = CONTROL_IDLE;
        usb_controller_control_receive(); /* the host's confirmation, a packet without bytes */
    }
}

void usb_on_control_received(const uint8_t *bytes, size_t length)
{
    if (control.stage != CONTROL_RECEIVING) {
        return; /* a confirmation */
    }
    for (size_t i = 0; i < length && i < LINE_CODING_BYTES; i++) {
        device.line_coding[i] = bytes[i];
    }
    done();
}
