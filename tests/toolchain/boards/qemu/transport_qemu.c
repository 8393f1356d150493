/* The transport of a board that qemu emulates, for comparison: requests come from an array that the test
 * writes; when they are used up, the output and SysTick's count of the last run are printed. */
#include "board.h"
#include "model.h"
#include "requests.h"
#include "startup.h"
#include "timing.h"
#include "transport.h"

#define SYSTICK_CONTROL (*(volatile uint32_t *)0xE000E010u)
#define SYSTICK_RELOAD (*(volatile uint32_t *)0xE000E014u)
#define SYSTICK_VALUE (*(volatile uint32_t *)0xE000E018u)
#define SYSTICK_MAX 0xFFFFFFu

enum semihosting { SYS_WRITE0 = 4, SYS_EXIT = 0x18 };
#define EXIT_SUCCESS_REASON ((const void *)0x20026)

/* qemu's machine starts from a vector table at address 0. */
struct boot {
    uint32_t *stack_top;
    void (*reset)(void);
};
__attribute__((section(".boot"), used)) const struct boot boot = {firmware_stack_top, reset_handler};

static uint32_t begin, ticks;

static void call_host(enum semihosting operation, const void *argument)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

static void print_hex(uint32_t value, int digits)
{
    char text[9];
    for (int i = 0; i < digits; i++) {
        text[i] = "0123456789abcdef"[(value >> (4 * (digits - 1 - i))) & 0xF];
    }
    text[digits] = 0;
    call_host(SYS_WRITE0, text);
}

static void tell(void)
{
    print_hex(ticks, 8);
    for (uint32_t i = 0; i < MODEL_OUTPUT_BYTES; i++) {
        print_hex((uint8_t)model_output()[i], 2);
    }
    call_host(SYS_WRITE0, "\n");
    call_host(SYS_EXIT, EXIT_SUCCESS_REASON);
}

void transport_start(void)
{
}

bool transport_identify(void)
{
    return false;
}

void transport_pause(void)
{
}

void transport_resume(void)
{
}

size_t transport_read(uint8_t *bytes, size_t capacity)
{
    static size_t position;
    size_t count = 0;
    while (count < capacity && position < sizeof requests) {
        bytes[count++] = requests[position++];
    }
    if (count == 0) {
        tell();
    }
    return count;
}

void transport_write(const uint8_t *bytes, size_t length)
{
    (void)bytes;
    (void)length;
}

bool transport_is_virtual(void)
{
    return true;
}

bool transport_reboot_to_bootloader(void)
{
    return false;
}

void transport_fault(uint32_t reason)
{
    call_host(SYS_WRITE0, reason == FAULT_EXCEPTION ? "exception\n" : "returned\n");
    for (;;) {
        call_host(SYS_EXIT, 0);
    }
}

void timing_begin(void)
{
    SYSTICK_RELOAD = SYSTICK_MAX;
    SYSTICK_VALUE = 0;
    SYSTICK_CONTROL = 5; /* the CPU's clock, no interrupt */
    begin = SYSTICK_VALUE;
}

void timing_end(void)
{
    ticks = (begin - SYSTICK_VALUE) & SYSTICK_MAX;
}

struct timing timing_last(void)
{
    return (struct timing){.cycles_known = false};
}
