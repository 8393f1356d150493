/* The second stage of the boot: the ROM copies the first 256 bytes of the flash to RAM, checks their CRC and
 * runs them (RP2040 datasheet, 2.8.1.3). It sets the flash's interface to four data lines, so that a miss of
 * the cache takes some 56 cycles instead of 384, and jumps through the vector table behind it. Called by the
 * firmware itself, it returns instead.
 * Registers: datasheet 2.19.6.4 and 4.10.13. Commands: W25Q16JV datasheet, 8.1.2. The build adds the CRC. */
    .syntax unified
    .cpu cortex-m0plus
    .thumb

    .equ PADS_QSPI, 0x40020000
    .equ PAD_CLOCK, 0x04
    .equ PAD_DATA0, 0x08
    .equ SSI, 0x18000000
    .equ CTRLR0, 0x00
    .equ CTRLR1, 0x04
    .equ ENABLE, 0x08
    .equ BAUD, 0x14
    .equ STATUS, 0x28
    .equ DATA, 0x60
    .equ SAMPLE_DELAY, 0xF0
    .equ SPI_CTRLR0, 0xF4

    .equ FRAMES_OF_8_BITS, 7 << 16          /* one line, both directions */
    .equ FRAMES_OF_32_QUAD, (2 << 21) | (31 << 16) | (3 << 8) /* four lines, reads after an address */
    .equ ADDRESS_AND_MODE, 8 << 2           /* 24 and 8 bits, in units of 4 */
    .equ WAIT_4, 4 << 11
    .equ COMMAND_8_BITS, 2 << 8
    .equ ADDRESS_ON_FOUR, 1
    .equ ALL_ON_FOUR, 2
    .equ MODE_CONTINUE, 0xA0                /* the next read comes without a command */

    .equ READ_STATUS_1, 0x05
    .equ READ_STATUS_2, 0x35
    .equ WRITE_STATUS, 0x01
    .equ WRITE_ENABLE, 0x06
    .equ FAST_READ_QUAD, 0xEB
    .equ QUAD_ENABLE, 0x02

    .section .boot2, "ax"
    .global thimble_boot2
    .thumb_func
thimble_boot2:
    push {r4, lr}

    /* pads: 8 mA and a fast slope for the clock, no Schmitt trigger on the data */
    ldr r3, =PADS_QSPI
    movs r0, #0x21
    str r0, [r3, #PAD_CLOCK]
    ldr r0, [r3, #PAD_DATA0]
    movs r1, #2
    bics r0, r1
    str r0, [r3, #PAD_DATA0]
    str r0, [r3, #PAD_DATA0 + 4]
    str r0, [r3, #PAD_DATA0 + 8]
    str r0, [r3, #PAD_DATA0 + 12]

    ldr r3, =SSI
    movs r0, #0
    str r0, [r3, #ENABLE]
    movs r0, #2                             /* half the system's clock: 66.5 MHz at most */
    str r0, [r3, #BAUD]
    ldr r1, =SSI + SAMPLE_DELAY
    movs r0, #1
    str r0, [r1]

    /* the flash takes four lines only when its status says so; that bit outlives power */
    ldr r0, =FRAMES_OF_8_BITS
    str r0, [r3, #CTRLR0]
    movs r0, #1
    str r0, [r3, #ENABLE]
    movs r0, #READ_STATUS_2
    bl ask_status
    movs r1, #QUAD_ENABLE
    tst r0, r1
    bne 2f
    movs r0, #WRITE_ENABLE
    str r0, [r3, #DATA]
    bl wait
    ldr r0, [r3, #DATA]
    movs r0, #WRITE_STATUS
    str r0, [r3, #DATA]
    movs r0, #0
    str r0, [r3, #DATA]
    movs r0, #QUAD_ENABLE
    str r0, [r3, #DATA]
    bl wait
    ldr r0, [r3, #DATA]
    ldr r0, [r3, #DATA]
    ldr r0, [r3, #DATA]
1:  movs r0, #READ_STATUS_1
    bl ask_status
    movs r1, #1                             /* still writing */
    tst r0, r1
    bne 1b

2:  /* one read with a command, after which the flash takes addresses alone */
    movs r0, #0
    str r0, [r3, #ENABLE]
    ldr r0, =FRAMES_OF_32_QUAD
    str r0, [r3, #CTRLR0]
    movs r0, #0
    str r0, [r3, #CTRLR1]
    ldr r1, =SSI + SPI_CTRLR0
    ldr r0, =ADDRESS_AND_MODE | WAIT_4 | COMMAND_8_BITS | ADDRESS_ON_FOUR
    str r0, [r1]
    movs r0, #1
    str r0, [r3, #ENABLE]
    movs r0, #FAST_READ_QUAD
    str r0, [r3, #DATA]
    movs r0, #MODE_CONTINUE
    str r0, [r3, #DATA]
    bl wait
    movs r0, #0
    str r0, [r3, #ENABLE]
    ldr r0, =(MODE_CONTINUE << 24) | ADDRESS_AND_MODE | WAIT_4 | ALL_ON_FOUR
    str r0, [r1]
    movs r0, #1
    str r0, [r3, #ENABLE]

    /* back to a caller; the ROM leaves 0 in lr */
    pop {r4}
    pop {r0}
    cmp r0, #0
    beq 3f
    bx r0
3:  ldr r0, =0x10000100                     /* the vector table: stack and reset */
    ldr r1, =0xE000ED08                     /* VTOR */
    str r0, [r1]
    ldm r0!, {r1, r2}
    msr msp, r1
    bx r2

    /* Sends the command in r0 and returns the byte after it in r0. */
ask_status:
    mov r4, lr
    str r0, [r3, #DATA]
    str r0, [r3, #DATA]
    bl wait
    ldr r0, [r3, #DATA]
    ldr r0, [r3, #DATA]
    bx r4

    /* Until everything is sent. Keeps r3 and r4. */
wait:
    ldr r0, [r3, #STATUS]
    movs r2, #4                             /* nothing left to send … */
    tst r0, r2
    beq wait
    movs r2, #1                             /* … or being sent */
    tst r0, r2
    bne wait
    bx lr

    .ltorg
    .org 252, 0xFF                          /* it must fit; the CRC follows */
    .word 0
