# SPDX-License-Identifier: MIT
"""The nRF52840's CPU in unicorn with a model of what its firmware needs, written from the product
specification: USBD with a host behind it, POWER, CLOCK, TIMER0, GPIO, and the rules of the errata.

A program of its own, because unicorn is GPLv2. One JSON object a line on stdin and stdout, as rp2040.mjs has
them: {"send": hex}, {"touch": true}, {"descriptor": value}, {"port": false}; {"connected": true},
{"data": hex}, {"cycles": n} (instructions, here), {"descriptor": hex}, {"led": on}, {"boot": true}, and
{"fault": words}, also where a rule of the chip is broken.
"""

from __future__ import annotations

import json
import queue
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable

from unicorn import UC_ARCH_ARM, UC_HOOK_CODE, UC_MODE_MCLASS, UC_MODE_THUMB, Uc, UcError
from unicorn.arm_const import (
    UC_ARM_REG_LR,
    UC_ARM_REG_PC,
    UC_ARM_REG_PRIMASK,
    UC_ARM_REG_SP,
    UC_CPU_ARM_CORTEX_M4,
)

FLASH, RAM, RAM_BYTES = 0x10000, 0x20000000, 0x40000
TRAMPOLINE = 0x8000  # where handlers return to; the bootloader's flash is not used otherwise
USB_VECTOR = 16 + 39
USBD = 0x40027000
PACKET = 64
SLICE = 2000
LED, MARKER = (0, 13), (1, 11)


def say(**message: object) -> None:
    print(json.dumps(message), flush=True)


class BrokenRuleError(Exception):
    """A rule of the chip was broken."""


def demand(holds: bool, rule: str) -> None:
    if not holds:
        raise BrokenRuleError(rule)


class Host:
    """A computer at the other end of the cable: control transfers one by one, and bytes both ways."""

    def __init__(self, usb: Usbd) -> None:
        self.usb = usb
        self.transfers: deque[tuple[bytes, bytes, Callable[[bytes | None], None]]] = deque()
        self.current: tuple[bytes, bytes, Callable[[bytes | None], None]] | None = None
        self.came = b""
        self.out = bytearray()

    def ask(
        self, setup: bytes, data: bytes = b"", then: Callable[[bytes | None], None] = lambda answer: None
    ) -> None:
        self.transfers.append((setup, data, then))

    def enumerate(self) -> None:
        def configured(_: bytes | None) -> None:
            self.ask(bytes([0x21, 0x22, 3, 0, 0, 0, 0, 0]), then=lambda _: say(connected=True))

        self.ask(struct.pack("<BBHHH", 0x80, 6, 0x0100, 0, 8))
        self.ask(struct.pack("<BBHHH", 0, 5, 7, 0, 0))
        self.ask(struct.pack("<BBHHH", 0x80, 6, 0x0200, 0, 255))
        self.ask(struct.pack("<BBHHH", 0, 9, 1, 0, 0), then=configured)

    def step(self) -> None:
        """What a host does in between: begin the next control transfer, offer the next packet."""
        if self.current is None and self.transfers:
            self.current = self.transfers.popleft()
            self.came = b""
            self.usb.setup(self.current[0])
            if self.current[0][:2] == b"\x00\x05":  # the controller answers this one by itself
                self.usb.registers[0x470] = self.current[0][2]
                self.finish(b"")
        if self.out and self.usb.may_come:
            piece, self.out = bytes(self.out[:PACKET]), self.out[PACKET:]
            self.usb.offer(piece)

    def control_in(self, piece: bytes) -> None:
        demand(self.current is not None and self.current[0][0] & 0x80 != 0, "data to the host, unasked for")
        self.came += piece
        self.usb.raise_event(0x128)

    def control_receive(self) -> None:
        demand(
            self.current is not None and self.current[0][0] & 0x80 == 0, "EP0RCVOUT in a request to the host"
        )
        assert self.current is not None
        self.usb.registers[0x4A0] = len(self.current[1])
        self.usb.control_out = self.current[1]
        self.usb.raise_event(0x128)

    def status(self) -> None:
        assert self.current is not None
        setup = self.current[0]
        (wanted,) = struct.unpack_from("<H", setup, 6)
        if setup[0] & 0x80:
            short = len(self.came) % PACKET != 0 or len(self.came) == wanted or not self.came
            demand(short, "a status stage before the data ended")
            demand(len(self.came) <= wanted, "more data than the host asked for")
        self.finish(self.came)

    def finish(self, answer: bytes | None) -> None:
        assert self.current is not None
        then = self.current[2]
        self.current = None
        then(answer)


class Usbd:
    """The registers of the controller; `registers` by their offset."""

    def __init__(self, chip: Chip) -> None:
        self.chip = chip
        self.registers: dict[int, int] = {0x510: 1, 0x514: 1}
        self.host = Host(self)
        self.control_out = b""
        self.kept = b""  # a packet of the bulk endpoint that the firmware has not fetched
        self.may_come = False
        self.raised = False  # an event since somebody looked whether one is pending

    def raise_event(self, offset: int) -> None:
        self.registers[offset] = 1
        self.raised = True

    def pending(self) -> bool:
        enabled = self.registers.get(0x300, 0)
        bits = {0x100: 0, 0x128: 10, 0x15C: 23, 0x160: 24}
        return any(self.registers.get(event, 0) and enabled >> bit & 1 for event, bit in bits.items())

    def setup(self, setup: bytes) -> None:
        for number, byte in enumerate(setup):
            self.registers[0x480 + 4 * number] = byte
        self.raise_event(0x15C)

    def offer(self, piece: bytes) -> None:
        demand(self.registers[0x514] >> 2 & 1 == 1, "the host sends to an endpoint that is closed")
        self.may_come = False
        self.kept = piece
        self.registers[0x4A8] = len(piece)
        self.registers[0x46C] = self.registers.get(0x46C, 0) | 1 << 18
        self.raise_event(0x160)

    def read(self, offset: int) -> int:
        return self.registers.get(offset, 0)

    def write(self, offset: int, value: int) -> None:
        if offset == 0x304:
            self.registers[0x300] = self.registers.get(0x300, 0) | value
        elif offset == 0x46C:
            self.registers[0x46C] = self.registers.get(0x46C, 0) & ~value
        elif offset == 0x400:
            self.registers[0x400] = self.registers.get(0x400, 0) & ~value
        elif offset == 0x4A8:
            self.may_come = True
        elif value and offset in TASKS:
            TASKS[offset](self)
        else:
            self.registers[offset] = value
            if offset == 0x500 and value:
                self.enable()
            if offset == 0x504 and value:
                self.connect()

    def enable(self) -> None:
        chip = self.chip
        demand(chip.locked[0x4006ED14] == 3, "erratum 187: ENABLE without its register")
        demand(chip.locked[0x4006EC14] == 0xC0, "erratum 171: ENABLE without its register")
        self.registers[0x400] = 1 << 11

    def connect(self) -> None:
        demand(self.registers.get(0x500, 0) == 1, "USBPULLUP before ENABLE")
        demand(self.registers.get(0x400, 0) == 0, "USBPULLUP before READY was seen")
        demand(self.chip.crystal, "USBPULLUP without the crystal")
        demand(self.registers.get(0x800) == 0x7E3 and self.registers.get(0x804) == 0x40, "erratum 166")
        demand(self.chip.locked == {0x4006ED14: 0, 0x4006EC14: 0}, "errata 171 and 187 not undone")
        self.raise_event(0x100)
        self.host.enumerate()

    def dma(self, pointer: int, end: int) -> tuple[int, int]:
        demand(self.registers.get(0xC1C) == 0x82, "erratum 199: DMA without its register")
        address, count = self.registers.get(pointer, 0), self.registers.get(pointer + 4, 0)
        demand(address >= RAM and address + count <= RAM + RAM_BYTES, "DMA reaches RAM alone")
        demand(count <= PACKET, "a packet of more than 64 bytes")
        self.raise_event(end)
        return address, count

    def start_in(self, endpoint: int) -> None:
        demand(self.registers[0x510] >> endpoint & 1 == 1, "data on an endpoint that is closed")
        address, count = self.dma(0x600 + 0x14 * endpoint, 0x108 + 4 * endpoint)
        piece = bytes(self.chip.uc.mem_read(address, count))
        if endpoint == 0:
            self.host.control_in(piece)
            return
        demand(not self.registers.get(0x46C, 0) >> 2 & 1, "a second packet before the first was taken")
        if piece:
            say(data=piece.hex())
        self.registers[0x46C] = self.registers.get(0x46C, 0) | 1 << endpoint
        self.raise_event(0x160)

    def start_out(self, endpoint: int) -> None:
        address, count = self.dma(0x700 + 0x14 * endpoint, 0x130 + 4 * endpoint)
        packet = self.kept if endpoint else self.control_out
        demand(count == len(packet), "another count than the packet has")
        self.chip.uc.mem_write(address, packet)
        if endpoint:
            self.may_come = True

    def status(self) -> None:
        self.host.status()

    def stall(self) -> None:
        self.host.finish(None)


TASKS: dict[int, Callable[[Usbd], None]] = {
    **{0x004 + 4 * n: lambda usb, n=n: usb.start_in(n) for n in range(3)},
    **{0x028 + 4 * n: lambda usb, n=n: usb.start_out(n) for n in range(3)},
    0x04C: lambda usb: usb.host.control_receive(),
    0x050: Usbd.status,
    0x054: Usbd.stall,
}


class Chip:
    def __init__(self, image: bytes) -> None:
        self.uc = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
        self.uc.ctl_set_cpu_model(UC_CPU_ARM_CORTEX_M4)
        self.uc.mem_map(0, 0x100000)
        self.uc.mem_write(FLASH, image)
        self.uc.mem_map(RAM, RAM_BYTES)
        for start, size in (
            (0x10000000, 0x1000),
            (0x40000000, 0x80000),
            (0x50000000, 0x1000),
            (0xE0000000, 0x100000),
        ):
            self.uc.mmio_map(start, size, self._read, start, self._write, start)
        self.uc.hook_add(UC_HOOK_CODE, self._count)
        self.instructions = self.reads = self.nvic = self.retained = 0
        self.crystal = self.unlocked = self.stopped = self.handling = False
        self.locked = {0x4006ED14: 0, 0x4006EC14: 0}
        self.broken = ""
        self.pins = [0, 0]
        self.marked = 0
        self.usb = Usbd(self)

    def _count(self, uc: Uc, address: int, size: int, user: object) -> None:
        self.instructions += 1
        if self.usb.raised and self._is_interrupted():
            uc.emu_stop()

    def _read(self, uc: Uc, offset: int, size: int, base: int) -> int:
        address = base + offset
        if USBD <= address < USBD + 0x1000:
            return self.usb.read(address - USBD)
        if address == 0x40008540:  # time runs faster here than instructions do
            self.reads += 1
            return (self.instructions // 64 + 50 * self.reads) & 0xFFFFFFFF
        return {
            0x10000060: 0x89ABCDEF,
            0x10000064: 0x01234567,
            0x4000040C: (1 << 16 | 1) if self.crystal else 0,
            0x40000438: 3,
            0x4006EC00: 1 if self.unlocked else 0,
            0xE0001004: self.instructions & 0xFFFFFFFF,
        }.get(address, 0)

    def _write(self, uc: Uc, offset: int, size: int, value: int, base: int) -> None:
        try:
            self._store(base + offset, value)
        except BrokenRuleError as rule:
            self.broken = str(rule)
            uc.emu_stop()

    def _store(self, address: int, value: int) -> None:
        if USBD <= address < USBD + 0x1000:
            self.usb.write(address - USBD, value)
        elif 0x50000000 <= address < 0x50001000:
            port = 1 if address >= 0x50000800 else 0  # the second one lies 0x300 above the first
            self._pin(port, address - 0x50000000 - 0x300 * port, value)
        elif address == 0x40000000:
            self.crystal = True
        elif address == 0x4006EC00:
            self.unlocked = not self.unlocked if value == 0x9375 else self.unlocked
        elif address in self.locked:
            demand(self.unlocked, f"a write to 0x{address:08x} while it is locked")
            self.locked[address] = value
        elif address == 0xE000E104:
            self.nvic |= value
        elif address == 0x4000051C:
            self.retained = value
        elif address == 0xE000ED0C and value == 0x05FA0004:
            demand(self.retained == 0xB0, "a reset without the word for the bootloader")
            say(boot=True)
            self.stopped = True
            self.uc.emu_stop()

    def _pin(self, port: int, register: int, value: int) -> None:
        if register not in (0x508, 0x50C):
            return
        high = register == 0x508
        for number, pin in ((LED[1], LED), (MARKER[1], MARKER)):
            if pin[0] != port or not value >> number & 1:
                continue
            if pin == LED:
                say(led=high)
            elif high:
                self.marked = self.instructions
            elif self.marked:
                say(cycles=self.instructions - self.marked)
                self.marked = 0

    def _is_interrupted(self) -> bool:
        if self.handling or not self.nvic >> 7 & 1 or self.uc.reg_read(UC_ARM_REG_PRIMASK):
            return False
        self.usb.raised = self.usb.pending()
        return self.usb.raised

    def interrupt(self) -> None:
        """The CPU's way into the handler and back, with everything that it saves."""
        if not self._is_interrupted():
            return
        self.handling = True
        saved = self.uc.context_save()
        (handler,) = struct.unpack("<I", self.uc.mem_read(FLASH + 4 * USB_VECTOR, 4))
        self.uc.reg_write(UC_ARM_REG_SP, (self.uc.reg_read(UC_ARM_REG_SP) - 104) & ~7)
        self.uc.reg_write(UC_ARM_REG_LR, TRAMPOLINE | 1)
        self._run(handler, 0)
        self.uc.context_restore(saved)
        self.handling = False

    def _run(self, start: int, count: int) -> None:
        self.uc.emu_start(start | 1, TRAMPOLINE, count=count)
        if self.broken:
            raise BrokenRuleError(self.broken)

    def run(self, lines: queue.Queue[str | None]) -> None:
        stack, reset = struct.unpack("<II", self.uc.mem_read(FLASH, 8))
        self.uc.reg_write(UC_ARM_REG_SP, stack)
        self.uc.reg_write(UC_ARM_REG_PC, reset)
        while not self.stopped:
            self._run(self.uc.reg_read(UC_ARM_REG_PC), SLICE)
            while not lines.empty():
                line = lines.get()
                if line is None:
                    return
                self._take(json.loads(line))
            self.usb.host.step()
            self.interrupt()

    def _take(self, message: dict[str, object]) -> None:
        host = self.usb.host
        if "send" in message:
            host.out += bytes.fromhex(str(message["send"]))
        if "touch" in message:
            host.ask(bytes([0x21, 0x20, 0, 0, 0, 0, 7, 0]), bytes([0xB0, 4, 0, 0, 0, 0, 8]))
            host.ask(bytes([0x21, 0x22, 0, 0, 0, 0, 0, 0]))
        if "descriptor" in message:
            value = int(str(message["descriptor"]))
            host.ask(
                struct.pack("<BBHHH", 0x80, 6, value, 0, 255),
                then=lambda answer: say(descriptor=None if answer is None else answer.hex()),
            )
        if message.get("port") is False:
            host.ask(bytes([0x21, 0x22, 0, 0, 0, 0, 0, 0]))


def main() -> None:
    lines: queue.Queue[str | None] = queue.Queue()

    def listen() -> None:
        for line in sys.stdin:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=listen, daemon=True).start()
    with open(sys.argv[1], "rb") as file:
        chip = Chip(file.read())
    try:
        chip.run(lines)
    except (BrokenRuleError, UcError) as error:
        say(fault=f"{error} at 0x{chip.uc.reg_read(UC_ARM_REG_PC):08x}")


if __name__ == "__main__":
    main()
