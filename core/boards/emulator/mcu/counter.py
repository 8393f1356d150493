"""The cycle counter: C code compiled once on this computer, and its values seen from Python."""

from __future__ import annotations

import ctypes
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unicorn import arm_const

from .c_hook import function_of_unicorn
from .flash_cache import FlashCache

SOURCE = Path(__file__).with_name("block_counter.c")
_HEADER = Path(__file__).with_name("flash_cache.h")
_SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
#: The counter needs no C library, and without one the first build takes no time. macOS wants its own always.
_FLAGS = (
    *("-shared", "-O2", "-std=c99", "-fvisibility=hidden"),
    *(() if sys.platform == "win32" else ("-fPIC",)),
    *(() if sys.platform == "darwin" else ("-nostdlib",)),
)


class CounterBuildError(Exception):
    """The compiler did not make the library."""


class Cost(ctypes.Structure):
    """`struct cost` in block_counter.c."""

    _fields_ = [
        ("size_bytes", ctypes.c_uint32),
        ("instructions", ctypes.c_uint32),
        ("cycles", ctypes.c_uint32),
        ("taken_cycles", ctypes.c_uint32),
    ]


class _Region(ctypes.Structure):
    _fields_ = [
        ("origin", ctypes.c_uint32),
        ("bytes", ctypes.c_uint32),
        ("costs", ctypes.POINTER(Cost)),
    ]


class _FlashCache(ctypes.Structure):
    """`struct flash_cache` in flash_cache.h."""

    _fields_ = [
        ("origin", ctypes.c_uint32),
        ("bytes", ctypes.c_uint32),
        ("line_bytes", ctypes.c_uint32),
        ("sets", ctypes.c_uint32),
        ("ways", ctypes.c_uint32),
        ("miss_cycles", ctypes.c_uint32),
        ("lines", ctypes.POINTER(ctypes.c_uint32)),
    ]


_Decode = ctypes.CFUNCTYPE(None, ctypes.c_uint32, ctypes.c_uint32, ctypes.POINTER(Cost))
_Misaligned = ctypes.CFUNCTYPE(None, ctypes.c_uint32)


class _Counter(ctypes.Structure):
    _fields_ = [
        ("cycles", ctypes.c_uint64),
        ("instructions", ctypes.c_uint64),
        ("cycles_before", ctypes.c_uint64),
        ("instructions_before", ctypes.c_uint64),
        ("waits", ctypes.c_uint64),
        ("waits_before", ctypes.c_uint64),
        ("decode", _Decode),
        ("misaligned", _Misaligned),
        ("regions", _Region * 2),
        ("fall_through", ctypes.c_uint32),
        ("taken_cycles", ctypes.c_uint32),
        ("flash_cache", _FlashCache),
        ("flash", ctypes.c_char_p),
        ("read_register", ctypes.c_void_p),
        ("write_register", ctypes.c_void_p),
        ("status_register", ctypes.c_int),
    ]


@dataclass(frozen=True, slots=True)
class Counts:
    """What the CPU did. `waits` are cycles beside `cycles`, in which it waited for the flash."""

    cycles: int
    instructions: int
    waits: int

    def since(self, earlier: Counts) -> Counts:
        return Counts(
            self.cycles - earlier.cycles,
            self.instructions - earlier.instructions,
            self.waits - earlier.waits,
        )


def build_library(cache_dir: Path) -> Path:
    """The compiled counter, made when `cache_dir` does not have it. Raises CounterBuildError, OSError."""
    key = hashlib.sha256(SOURCE.read_bytes() + _HEADER.read_bytes() + " ".join(_FLAGS).encode()).hexdigest()[
        :16
    ]
    library = cache_dir / f"block_counter-{key}{_SUFFIX}"
    if library.exists():
        return library
    cache_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache_dir) as folder:
        made = Path(folder) / library.name
        command = [sys.executable, "-m", "ziglang", "cc", *_FLAGS, str(SOURCE), "-o", str(made)]
        environment = {**os.environ, "ZIG_GLOBAL_CACHE_DIR": folder, "ZIG_LOCAL_CACHE_DIR": folder}
        result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        if result.returncode != 0:
            raise CounterBuildError(result.stderr.strip() or f"zig ended with {result.returncode}")
        os.replace(made, library)  # whole or not at all, also when two emulators start together
    return library


class Counter:
    """Counts of one machine. `regions` are (origin, bytes) of the two memories that code runs from.

    `decode(address, size_bytes)` gives (instructions, cycles, taken_cycles) of a block not seen before;
    `misaligned(address)` hears of such accesses when `alignment_hook` is used. Both are called from C, where
    no exception can pass: they must not raise.
    """

    def __init__(
        self,
        library: Path,
        regions: tuple[tuple[int, int], tuple[int, int]],
        decode: Callable[[int, int], tuple[int, int, int]],
        misaligned: Callable[[int], None],
    ) -> None:
        self._library = ctypes.CDLL(str(library))
        self._costs = [(Cost * (size // 2))() for _, size in regions]
        self._values = _Counter()
        for region, (origin, size), costs in zip(self._values.regions, regions, self._costs, strict=True):
            region.origin, region.bytes = origin, size
            region.costs = ctypes.cast(costs, ctypes.POINTER(Cost))

        def fill(address: int, size_bytes: int, cost: Any) -> None:
            cost[0] = Cost(size_bytes, *decode(address, size_bytes))

        self._fill = _Decode(fill)  # kept: C holds no reference
        self._values.decode = self._fill
        self._misaligned = _Misaligned(misaligned)
        self._values.misaligned = self._misaligned
        self._values.read_register = function_of_unicorn("uc_reg_read")
        self._values.write_register = function_of_unicorn("uc_reg_write")
        self._values.status_register = arm_const.UC_ARM_REG_CPSR
        self._begin = self.last = Counts(0, 0, 0)

    @property
    def block_hook(self) -> int:
        """Address of the function for unicorn's UC_HOOK_BLOCK."""
        return ctypes.cast(self._library.count_block, ctypes.c_void_p).value or 0

    @property
    def cached_read_hook(self) -> int:
        """Address of the function for unicorn's UC_HOOK_MEM_READ in the memory that is cached."""
        return ctypes.cast(self._library.read_through_cache, ctypes.c_void_p).value or 0

    @property
    def cached_register(self) -> int:
        """Address of the function for reads by unicorn's uc_mmio_map, where that memory is mapped so."""
        return ctypes.cast(self._library.read_register_through_cache, ctypes.c_void_p).value or 0

    @property
    def alignment_hook(self) -> int:
        """Address of the function for unicorn's UC_HOOK_MEM_READ and UC_HOOK_MEM_WRITE."""
        return ctypes.cast(self._library.check_alignment, ctypes.c_void_p).value or 0

    @property
    def user_data(self) -> int:
        """Address of what both functions get as their last argument."""
        return ctypes.addressof(self._values)

    @property
    def total(self) -> Counts:
        """Since reset, the block that runs now included."""
        values = self._values
        return Counts(values.cycles, values.instructions, values.waits)

    def put_cache(self, origin: int, size_bytes: int, cache: FlashCache) -> None:
        """From now on reading these bytes of flash may have to wait."""
        self._lines = (ctypes.c_uint32 * (cache.size_bytes // cache.line_bytes))()
        ctypes.memset(self._lines, 0xFF, ctypes.sizeof(self._lines))  # FLASH_CACHE_EMPTY
        self._values.flash_cache = _FlashCache(
            origin=origin,
            bytes=size_bytes,
            line_bytes=cache.line_bytes,
            sets=len(self._lines) // cache.ways,
            ways=cache.ways,
            miss_cycles=cache.miss_cycles,
            lines=ctypes.cast(self._lines, ctypes.POINTER(ctypes.c_uint32)),
        )

    def put_flash(self, content: bytes) -> None:
        """What `cached_register` reads."""
        self._flash = content  # kept: C holds no reference
        self._values.flash = content

    def begin(self) -> None:
        """A timed region starts when the block that runs now is over."""
        self._begin = self.total

    def end(self) -> None:
        """A timed region ended before the block that runs now; `last` gets its counts."""
        values = self._values
        before = Counts(values.cycles_before, values.instructions_before, values.waits_before)
        self.last = before.since(self._begin)
