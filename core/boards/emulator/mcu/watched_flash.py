"""A flash whose reads are counted, and fast while the code runs from RAM.

unicorn's hook on reads costs time in proportion to the block that reads. A read of a memory-mapped register
does not, so that the whole flash is one range of such registers while code runs from RAM. No code can be
fetched from there: an attempt is refused, the run stops, and the flash becomes memory with a hook until the
code is in RAM again. A program that goes to and fro, more than a start-up does, keeps the hook.
"""

from __future__ import annotations

import ctypes
from enum import Enum

import unicorn
from unicorn.unicorn_py3 import unicorn as binding

from .c_hook import add_c_hook, remove_c_hook
from .counter import Counter

#: So often code may come back from RAM to flash: a start-up calls a few functions in RAM.
_MOST_RETURNS = 16


class Code(Enum):
    """From where code may run, which decides how reads are counted."""

    FLASH = "flash"  # from reset on; by a hook
    RAM = "ram"  # as registers
    BOTH = "both"  # by a hook


class WatchedFlash:
    """`origin`, `size_bytes`: of the flash, mapped and filled; `sram`: (origin, bytes), mapped.

    Whether code runs from SRAM is decided here from now on. The cache is in `counter` already.
    """

    def __init__(
        self, engine: unicorn.Uc, origin: int, size_bytes: int, sram: tuple[int, int], counter: Counter
    ) -> None:
        self._engine = engine
        self._origin = origin
        self._size_bytes = size_bytes
        self._sram = sram
        self._counter = counter
        self._code = Code.FLASH
        self._wanted = Code.FLASH
        self._returns = 0
        self._hook = 0
        self._content = bytes(engine.mem_read(origin, size_bytes))
        counter.put_flash(self._content)
        self._watch_by_hook()
        self._protect_sram()

    def refuses(self, address: int) -> bool:
        """Whether code may not be fetched from there only because `switch` has to come first."""
        if self._wanted is not self._code:
            return True
        if self._code is Code.FLASH and 0 <= address - self._sram[0] < self._sram[1]:
            self._wanted = Code.RAM
            remove_c_hook(self._engine, self._hook)  # unicorn does so when it stops, and not between two runs
        elif self._code is Code.RAM and self.holds(address):
            self._returns += 1
            self._wanted = Code.FLASH if self._returns <= _MOST_RETURNS else Code.BOTH
        return self._wanted is not self._code

    def switch(self) -> bool:
        """Lets code run from where it was refused; not while it runs. False: nothing was refused."""
        if self._wanted is self._code:
            return False
        self._code = self._wanted
        self._engine.mem_unmap(self._origin, self._size_bytes)
        if self._code is Code.RAM:
            self._map_registers()
        else:
            self._map_memory()
            self._watch_by_hook()
        self._protect_sram()
        self._engine.ctl_flush_tb()  # whether reads are hooked is part of the translation
        return True

    def holds(self, address: int) -> bool:
        return 0 <= address - self._origin < self._size_bytes

    def read(self, address: int, size_bytes: int) -> bytes:
        """Without the cache, for the mailbox. Raises unicorn.UcError beyond the flash's end."""
        first = address - self._origin
        if first + size_bytes > self._size_bytes:
            raise unicorn.UcError(unicorn.UC_ERR_READ_UNMAPPED)
        return self._content[first : first + size_bytes]

    def _protect_sram(self) -> None:
        code = unicorn.UC_PROT_NONE if self._code is Code.FLASH else unicorn.UC_PROT_EXEC
        self._engine.mem_protect(*self._sram, unicorn.UC_PROT_READ | unicorn.UC_PROT_WRITE | code)

    def _map_memory(self) -> None:
        self._engine.mem_map(self._origin, self._size_bytes, unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC)
        self._engine.mem_write(self._origin, self._content)

    def _watch_by_hook(self) -> None:
        place = (self._origin, self._origin + self._size_bytes - 1)
        counter = self._counter
        self._hook = add_c_hook(
            self._engine, unicorn.UC_HOOK_MEM_READ, counter.cached_read_hook, counter.user_data, place
        )

    def _map_registers(self) -> None:
        """Below the Python binding, which knows Python functions only. Nobody hears of writes: they fault."""
        status = binding.uclib.uc_mmio_map(
            self._engine._uch,
            self._origin,
            self._size_bytes,
            ctypes.c_void_p(self._counter.cached_register),
            ctypes.c_void_p(self._counter.user_data),
            None,
            None,
        )
        if status != unicorn.UC_ERR_OK:
            raise unicorn.UcError(status)
