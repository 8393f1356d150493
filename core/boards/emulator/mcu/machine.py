"""The emulated microcontroller: its CPU and memories, and the mailbox through which it reaches the host."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import unicorn
from unicorn import arm_const

from . import system_control
from .block import UndefinedInstructionError
from .c_hook import add_c_hook
from .channel import Channel
from .counter import Counter
from .cpus import CPUS
from .elf import Segment
from .flash_cache import FlashCache
from .system_control import SystemControl
from .watched_flash import WatchedFlash

MAILBOX_ORIGIN = 0x5800_0000
MAILBOX_BYTES = 0x1000

_NEVER = 0xFFFF_FFFE
#: An access so far below SRAM is a stack that overflowed: the stack lies at SRAM's bottom.
_OVERFLOW_BYTES = 0x10000
_INVALID_ACCESS = {
    unicorn.UC_MEM_READ_UNMAPPED: "read-outside-memory",
    unicorn.UC_MEM_WRITE_UNMAPPED: "write-outside-memory",
    unicorn.UC_MEM_FETCH_UNMAPPED: "execute-outside-memory",
    unicorn.UC_MEM_WRITE_PROT: "write-to-flash",
    unicorn.UC_MEM_READ_PROT: "read-outside-memory",
    unicorn.UC_MEM_FETCH_PROT: "execute-outside-memory",
}
_FIRMWARE_FAULTS = {1: "exception", 2: "main-returned"}


@dataclass(frozen=True, slots=True)
class Memory:
    """Where the board's memories are; `vectors` is the address of the vector table."""

    flash_origin: int
    flash_bytes: int
    sram_origin: int
    sram_bytes: int
    vectors: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the program stopped; `address` is the memory address it reached for, where there is one."""

    kind: str
    pc: int
    address: int | None


class BadImageError(Exception):
    """The program does not fit into the board's memory or lacks a vector table."""


class Machine:
    """One board with its program in flash. `run` goes on until the program fails.

    `check_alignment` makes unaligned accesses faults, as they are on the CPU; it slows twentyfold.
    `flash_cache` counts what reading the flash waits: it halves the speed, see watched_flash.py.
    """

    def __init__(
        self,
        cpu: str,
        memory: Memory,
        segments: tuple[Segment, ...],
        channel: Channel,
        library: Path,
        check_alignment: bool,
        flash_cache: FlashCache | None = None,
    ) -> None:
        self._memory = memory
        self._channel = channel
        self._fault: Fault | None = None
        self._mailbox: dict[int, int] = {}
        self._engine = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
        self._cpu = CPUS[cpu]
        self._costs = self._cpu.costs()
        self._system_control = SystemControl(self._stop)
        self._engine.ctl_set_cpu_model(self._cpu.model)
        self._map_memory(segments)
        self.counter = Counter(
            library,
            ((memory.sram_origin, memory.sram_bytes), (memory.flash_origin, memory.flash_bytes)),
            self._decode,
            self._misaligned,
        )
        self._watched: WatchedFlash | None = None
        if flash_cache is not None:
            flash, sram = (memory.flash_origin, memory.flash_bytes), (memory.sram_origin, memory.sram_bytes)
            self.counter.put_cache(*flash, flash_cache)
            self._watched = WatchedFlash(self._engine, *flash, sram, self.counter)
        self._add_hooks(check_alignment)

    def _map_memory(self, segments: tuple[Segment, ...]) -> None:
        engine, memory = self._engine, self._memory
        engine.mem_map(memory.flash_origin, memory.flash_bytes, unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC)
        engine.mem_map(memory.sram_origin, memory.sram_bytes, unicorn.UC_PROT_ALL)
        engine.mmio_map(MAILBOX_ORIGIN, MAILBOX_BYTES, self._mailbox_read, None, self._mailbox_write, None)
        if self._cpu.has_fpu:
            place = (system_control.ORIGIN, system_control.SIZE_BYTES)
            engine.mmio_map(*place, self._control_read, None, self._control_write, None)
        for segment in segments:
            try:
                engine.mem_write(segment.address, segment.data)
            except unicorn.UcError:
                size = len(segment.data)
                raise BadImageError(
                    f"{size} bytes at 0x{segment.address:08x} lie outside the memory"
                ) from None
        if bytes(engine.mem_read(memory.vectors, 8)) == bytes(8):
            raise BadImageError(f"there is no vector table at 0x{memory.vectors:08x}")

    def _add_hooks(self, check_alignment: bool) -> None:
        counter = self.counter
        add_c_hook(self._engine, unicorn.UC_HOOK_BLOCK, counter.block_hook, counter.user_data)
        if check_alignment:
            accesses = unicorn.UC_HOOK_MEM_READ | unicorn.UC_HOOK_MEM_WRITE
            add_c_hook(self._engine, accesses, counter.alignment_hook, counter.user_data)
        self._engine.hook_add(unicorn.UC_HOOK_MEM_INVALID, self._invalid_access)
        self._engine.hook_add(unicorn.UC_HOOK_INTR, self._exception)

    def run(self) -> Fault:
        """Starts at reset; returns when the program can not go on."""
        stack, start = struct.unpack("<II", self._engine.mem_read(self._memory.vectors, 8))
        self._engine.reg_write(arm_const.UC_ARM_REG_SP, stack)
        error = self._run_from(start)
        while self._fault is None and self._watched is not None and self._watched.switch():
            error = self._run_from(self._pc)
        if self._fault is None and error is not None:
            self._stop(_error_kind(error))
        return self._fault or Fault("stopped", self._pc, None)

    def _run_from(self, address: int) -> int | None:
        """Until unicorn stops: its error, if there is one."""
        try:
            self._engine.emu_start(address | 1, _NEVER)
        except unicorn.UcError as error:
            return int(error.errno)
        return None

    @property
    def _pc(self) -> int:
        return int(self._engine.reg_read(arm_const.UC_ARM_REG_PC)) & ~1

    def _stop(self, kind: str, address: int | None = None, pc: int | None = None) -> None:
        """Ends the run with this fault; the first one counts."""
        if self._fault is None:
            self._fault = Fault(kind, self._pc if pc is None else pc, address)
        self._engine.emu_stop()

    def _decode(self, address: int, size_bytes: int) -> tuple[int, int, int]:
        try:
            cost = self._costs(bytes(self._engine.mem_read(address, size_bytes)), address)
        except UndefinedInstructionError as error:
            self._stop("undefined-instruction", None, error.address)
            return 0, 0, 0
        if cost.uses_fpu and not self._system_control.fpu_is_on:
            # Decided once for each block: nothing is known of programs that switch it off again.
            self._stop("fpu-is-off", None, address)
        return cost.instructions, cost.cycles, cost.taken_cycles

    def _misaligned(self, address: int) -> None:
        size_bytes = 4 if self._engine.mem_read(self._pc, 2)[1] >= 0xE8 else 2
        if self._cpu.needs_alignment(bytes(self._engine.mem_read(self._pc, size_bytes))):
            self._stop("unaligned-access", address)

    def _invalid_access(
        self, engine: Any, access: int, address: int, size: int, value: int, user_data: Any
    ) -> bool:
        refused = access == unicorn.UC_MEM_FETCH_PROT
        if refused and self._watched is not None and self._watched.refuses(address):
            return False  # `run` goes on from there
        below = self._memory.sram_origin - _OVERFLOW_BYTES <= address < self._memory.sram_origin
        kind = "stack-overflow" if below else _INVALID_ACCESS.get(access, "bad-access")
        self._stop(kind, address)
        return False

    def _exception(self, engine: Any, number: int, user_data: Any) -> None:
        self._stop("exception")

    def _control_read(self, engine: Any, offset: int, size: int, user_data: Any) -> int:
        return self._system_control.read(offset)

    def _control_write(self, engine: Any, offset: int, size: int, value: int, user_data: Any) -> None:
        self._system_control.write(offset, value)

    def _mailbox_read(self, engine: Any, offset: int, size: int, user_data: Any) -> int:
        last = self.counter.last
        counts = {
            **_words(0x18, last.cycles),
            **_words(0x20, last.instructions),
            **_words(0x2C, last.waits),
            0x34: int(self._watched is not None),
        }
        value: int = counts.get(offset, self._mailbox.get(offset, 0))
        return value

    def _mailbox_write(self, engine: Any, offset: int, size: int, value: int, user_data: Any) -> None:
        actions: dict[int, Callable[[int], None]] = {
            0x04: self._receive,
            0x0C: self._send,
            0x10: lambda _: self.counter.begin(),
            0x14: lambda _: self.counter.end(),
            0x28: lambda reason: self._stop(_FIRMWARE_FAULTS.get(reason, "firmware")),
        }
        self._mailbox[offset] = value
        if offset in actions:
            actions[offset](value)

    def _receive(self, capacity: int) -> None:
        data = self._channel.read(max(capacity, 1))
        self._access_buffer(0x00, lambda address: self._write(address, data))
        self._mailbox[0x04] = len(data)

    def _send(self, length: int) -> None:
        self._access_buffer(0x08, lambda address: self._channel.write(self._read(address, length)))

    def _write(self, address: int, data: bytes) -> None:
        """Raises unicorn.UcError where no memory is that can be written."""
        if 0 <= address - self._memory.flash_origin < self._memory.flash_bytes:
            raise unicorn.UcError(unicorn.UC_ERR_WRITE_PROT)
        self._engine.mem_write(address, data)

    def _read(self, address: int, size_bytes: int) -> bytes:
        """Raises unicorn.UcError where no memory is."""
        if self._watched is not None and self._watched.holds(address):
            return self._watched.read(address, size_bytes)
        return bytes(self._engine.mem_read(address, size_bytes))

    def _access_buffer(self, register: int, access: Callable[[int], None]) -> None:
        """Applies `access` to the address in `register`; stops when no memory is there."""
        address = self._mailbox.get(register, 0)
        try:
            access(address)
        except unicorn.UcError:
            self._stop("bad-mailbox-address", address)


def _words(offset: int, value: int) -> dict[int, int]:
    """A register of 64 bits as two, the low word first."""
    return {offset: value & 0xFFFF_FFFF, offset + 4: value >> 32}


def _error_kind(errno: int) -> str:
    kinds = {
        unicorn.UC_ERR_INSN_INVALID: "undefined-instruction",
        unicorn.UC_ERR_EXCEPTION: "exception",
        unicorn.UC_ERR_READ_UNALIGNED: "unaligned-access",
        unicorn.UC_ERR_WRITE_UNALIGNED: "unaligned-access",
    }
    return kinds.get(errno, f"emulator-error-{errno}")
