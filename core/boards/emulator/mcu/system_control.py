"""The little of the system control space (ARMv7-M Architecture Reference Manual, B3.2) that programs need."""

from __future__ import annotations

from collections.abc import Callable

ORIGIN = 0xE000_E000
SIZE_BYTES = 0x1000

_CPACR = 0xD88
_FPU_FULL_ACCESS = 0xF << 20


class SystemControl:
    """Switches the FPU on. `stop(kind, address)` hears of accesses to registers that are not emulated."""

    def __init__(self, stop: Callable[[str, int], None]) -> None:
        self._stop = stop
        self._access_control = 0

    @property
    def fpu_is_on(self) -> bool:
        return self._access_control & _FPU_FULL_ACCESS == _FPU_FULL_ACCESS

    def read(self, offset: int) -> int:
        if offset != _CPACR:
            self._stop("read-outside-memory", ORIGIN + offset)
            return 0
        return self._access_control

    def write(self, offset: int, value: int) -> None:
        if offset != _CPACR:
            self._stop("write-outside-memory", ORIGIN + offset)
            return
        self._access_control = value & _FPU_FULL_ACCESS
