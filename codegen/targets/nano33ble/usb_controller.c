/* The nRF52840's USB controller (product specification, chapter USBD), with what its errata demand (nRF52840
 * Engineering/Rev 1 to 3 errata: 166, 171, 187, 199). Tested against a model of it; untried on a board.
 *
 * Packets move by DMA between RAM and the controller's own buffers, one at a time. That takes microseconds, so
 * each is waited for, with interrupts masked: there is never a second one to keep apart. */
#include "usb_controller.h"

#include <stdbool.h>

#include "hardware.h"
#include "interrupts.h"
#include "nrf52840.h"
#include "usb_device.h"

#define USBD 0x40027000u
#define TASK_START_IN(endpoint) (USBD + 0x004u + 4u * (endpoint))
#define TASK_START_OUT(endpoint) (USBD + 0x028u + 4u * (endpoint))
#define TASK_CONTROL_RECEIVE (USBD + 0x04Cu)
#define TASK_CONTROL_STATUS (USBD + 0x050u)
#define TASK_CONTROL_STALL (USBD + 0x054u)
#define EVENT_BUS_RESET (USBD + 0x100u)
#define EVENT_END_IN(endpoint) (USBD + 0x108u + 4u * (endpoint))
#define EVENT_CONTROL_DATA (USBD + 0x128u)
#define EVENT_END_OUT(endpoint) (USBD + 0x130u + 4u * (endpoint))
#define EVENT_SETUP (USBD + 0x15Cu)
#define EVENT_DATA (USBD + 0x160u)
#define INTERRUPT_SET (USBD + 0x304u)
#define CAUSE (USBD + 0x400u)
#define CAUSE_READY (1u << 11)
#define DATA_STATUS (USBD + 0x46Cu)
#define SETUP_BYTE(number) (USBD + 0x480u + 4u * (number))
#define OUT_SIZE(endpoint) (USBD + 0x4A0u + 4u * (endpoint))
#define ENABLE (USBD + 0x500u)
#define PULL_UP (USBD + 0x504u)
#define DATA_TOGGLE (USBD + 0x50Cu)
#define IN_ENABLE (USBD + 0x510u)
#define OUT_ENABLE (USBD + 0x514u)
#define IN_POINTER(endpoint) (USBD + 0x600u + 0x14u * (endpoint))
#define OUT_POINTER(endpoint) (USBD + 0x700u + 0x14u * (endpoint))
#define COUNT_OF(pointer) ((pointer) + 4u)

#define INTERRUPTS ((1u << 0) | (1u << 10) | (1u << 23) | (1u << 24)) /* reset, control data, setup, data */
#define DATA_IN(endpoint) (1u << (endpoint))
#define DATA_OUT(endpoint) (1u << (16u + (endpoint)))
#define TOGGLE_DATA0 (1u << 8)
#define TO_HOST 0x80u
#define SET_ADDRESS 5u

/* Registers that only the errata name. */
#define ERRATA_LOCK 0x4006EC00u
#define ERRATA_KEY 0x9375u
#define ERRATUM_171 0x4006EC14u
#define ERRATUM_171_ON 0xC0u
#define ERRATUM_187 0x4006ED14u
#define ERRATUM_187_ON 3u
#define ERRATUM_199 (USBD + 0xC1Cu)
#define ERRATUM_199_ON 0x82u
#define ERRATUM_166_REGISTER (USBD + 0x800u)
#define ERRATUM_166_VALUE (USBD + 0x804u)

/* Long enough for the host to see that the bootloader's device is gone. */
#define GONE_US 20000u

#define ARDUINO 0x2341u
#define NANO_33_BLE 0x805Au

const struct usb_identity usb_identity = {ARDUINO, NANO_33_BLE, "Thimble on Arduino Nano 33 BLE"};

/* DMA reaches RAM alone, and what is sent may lie in flash. */
static uint8_t out_buffer[USB_PACKET_BYTES], in_buffer[USB_PACKET_BYTES];

static struct {
    uint8_t request_type;
    bool may_receive;  /* the data of the bulk endpoint have a place */
    bool has_received; /* the controller keeps a packet of it */
} state;

static uint32_t mask_interrupts(void)
{
    uint32_t before;
    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(before)::"memory");
    return before;
}

static void restore_interrupts(uint32_t before)
{
    __asm__ volatile("msr primask, %0" ::"r"(before) : "memory");
}

/* Starts a DMA and waits for its end. */
static void move(uint32_t task, uint32_t end_event)
{
    REGISTER(ERRATUM_199) = ERRATUM_199_ON;
    REGISTER(end_event) = 0;
    __asm__ volatile("dmb" ::: "memory");
    REGISTER(task) = 1;
    while (REGISTER(end_event) == 0) {
    }
    REGISTER(end_event) = 0;
    REGISTER(ERRATUM_199) = 0;
    __asm__ volatile("dmb" ::: "memory");
}

static void move_in(uint32_t endpoint, const uint8_t *bytes, size_t length)
{
    const uint32_t before = mask_interrupts();
    for (size_t i = 0; i < length; i++) {
        in_buffer[i] = bytes[i];
    }
    REGISTER(IN_POINTER(endpoint)) = (uint32_t)(uintptr_t)in_buffer;
    REGISTER(COUNT_OF(IN_POINTER(endpoint))) = (uint32_t)length;
    move(TASK_START_IN(endpoint), EVENT_END_IN(endpoint));
    restore_interrupts(before);
}

/* Returns how many bytes came. */
static size_t move_out(uint32_t endpoint)
{
    const uint32_t length = REGISTER(OUT_SIZE(endpoint));
    REGISTER(OUT_POINTER(endpoint)) = (uint32_t)(uintptr_t)out_buffer;
    REGISTER(COUNT_OF(OUT_POINTER(endpoint))) = length;
    move(TASK_START_OUT(endpoint), EVENT_END_OUT(endpoint));
    return length;
}

void usb_controller_set_address(uint8_t address)
{
    (void)address; /* the controller has done so by itself */
}

static bool is_to_host(void)
{
    return (state.request_type & TO_HOST) != 0;
}

/* The controller does not tell the end of a status stage: it is taken for done when it is begun. */
static void confirm(void)
{
    REGISTER(TASK_CONTROL_STATUS) = 1;
}

void usb_controller_control_send(const uint8_t *bytes, size_t length)
{
    if (is_to_host()) {
        move_in(0, bytes, length);
    } else {
        confirm();
        usb_on_control_sent();
    }
}

void usb_controller_control_receive(void)
{
    if (is_to_host()) {
        confirm();
    } else {
        REGISTER(TASK_CONTROL_RECEIVE) = 1;
    }
}

void usb_controller_control_stall(void)
{
    REGISTER(TASK_CONTROL_STALL) = 1;
}

void usb_controller_clear_halt(uint8_t address)
{
    REGISTER(DATA_TOGGLE) = address; /* which one, then to what */
    REGISTER(DATA_TOGGLE) = address | TOGGLE_DATA0;
}

void usb_controller_open(void)
{
    REGISTER(IN_ENABLE) = (1u << 0) | (1u << USB_NOTIFY_ENDPOINT) | (1u << USB_DATA_ENDPOINT);
    REGISTER(OUT_ENABLE) = (1u << 0) | (1u << USB_DATA_ENDPOINT);
    usb_controller_clear_halt(TO_HOST | USB_NOTIFY_ENDPOINT);
    usb_controller_clear_halt(TO_HOST | USB_DATA_ENDPOINT);
    usb_controller_clear_halt(USB_DATA_ENDPOINT);
    REGISTER(OUT_SIZE(USB_DATA_ENDPOINT)) = 0; /* any value: the first packet may come */
}

void usb_controller_close(void)
{
    REGISTER(IN_ENABLE) = 1;
    REGISTER(OUT_ENABLE) = 1;
    state.may_receive = false;
    state.has_received = false;
}

void usb_controller_data_send(const uint8_t *bytes, size_t length)
{
    move_in(USB_DATA_ENDPOINT, bytes, length);
}

static void take_data(void)
{
    if (state.may_receive && state.has_received) {
        state.may_receive = false;
        state.has_received = false;
        usb_on_data_received(out_buffer, move_out(USB_DATA_ENDPOINT));
    }
}

void usb_controller_data_receive(void)
{
    state.may_receive = true;
    take_data();
}

static bool take_event(uint32_t event)
{
    if (REGISTER(event) == 0) {
        return false;
    }
    REGISTER(event) = 0;
    (void)REGISTER(event); /* gone before the interrupt ends, or it would come again */
    return true;
}

static void serve_setup(void)
{
    uint8_t setup[8];
    for (uint32_t i = 0; i < sizeof setup; i++) {
        setup[i] = (uint8_t)REGISTER(SETUP_BYTE(i));
    }
    state.request_type = setup[0];
    if (setup[0] != 0 || setup[1] != SET_ADDRESS) { /* that one the controller serves by itself */
        usb_on_setup(setup);
    }
}

static void serve_control_data(void)
{
    if (is_to_host()) {
        usb_on_control_sent();
    } else {
        usb_on_control_received(out_buffer, move_out(0));
    }
}

static void serve_data(void)
{
    const uint32_t status = REGISTER(DATA_STATUS);
    REGISTER(DATA_STATUS) = status;
    if ((status & DATA_IN(USB_DATA_ENDPOINT)) != 0) {
        usb_on_data_sent();
    }
    if ((status & DATA_OUT(USB_DATA_ENDPOINT)) != 0) {
        state.has_received = true;
        take_data();
    }
}

void usb_controller_serve(void)
{
    if (take_event(EVENT_BUS_RESET)) {
        usb_on_bus_reset();
    }
    if (take_event(EVENT_SETUP)) {
        serve_setup();
    }
    if (take_event(EVENT_CONTROL_DATA)) {
        serve_control_data();
    }
    if (take_event(EVENT_DATA)) {
        serve_data();
    }
}

void interrupt_usb(void)
{
    usb_controller_serve();
}

/* Writes to a register that is locked unless it has been unlocked before. */
static void put_locked(uint32_t address, uint32_t value)
{
    const bool locked = REGISTER(ERRATA_LOCK) == 0;
    if (locked) {
        REGISTER(ERRATA_LOCK) = ERRATA_KEY;
    }
    REGISTER(address) = value;
    if (locked) {
        REGISTER(ERRATA_LOCK) = ERRATA_KEY;
    }
}

static void wait_for(uint32_t address, uint32_t bits)
{
    while ((REGISTER(address) & bits) == 0) {
    }
}

/* The bootloader may have left its device on the bus. */
static void leave_bus(void)
{
    REGISTER(PULL_UP) = 0;
    REGISTER(ENABLE) = 0;
    const uint32_t start = hardware_microseconds();
    while (hardware_microseconds() - start < GONE_US) {
    }
}

void usb_controller_start(void)
{
    leave_bus();
    wait_for(POWER_USB_STATUS, POWER_USB_DETECTED);
    put_locked(ERRATUM_187, ERRATUM_187_ON);
    put_locked(ERRATUM_171, ERRATUM_171_ON);
    REGISTER(CAUSE) = CAUSE_READY; /* writing clears */
    REGISTER(ENABLE) = 1;
    wait_for(CAUSE, CAUSE_READY);
    REGISTER(CAUSE) = CAUSE_READY;
    put_locked(ERRATUM_171, 0);
    put_locked(ERRATUM_187, 0);
    REGISTER(ERRATUM_166_REGISTER) = 0x7E3u;
    REGISTER(ERRATUM_166_VALUE) = 0x40u;
    wait_for(POWER_USB_STATUS, POWER_USB_READY);
    REGISTER(INTERRUPT_SET) = INTERRUPTS;
    REGISTER(NVIC_ENABLE_32) = NVIC_USB;
    REGISTER(PULL_UP) = 1;
}
