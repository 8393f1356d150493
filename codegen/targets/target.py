"""What the compiler must know of where an image runs: one `Target` value in each target's folder.

Several boards may share a target: a board and its virtual twin do, and differ in the transport alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

#: Of the linked image: weights that stay in the flash.
WEIGHTS_SECTION = ".model_weights"

TARGETS_DIR = Path(__file__).parent
FIRMWARE = TARGETS_DIR / "firmware"

#: The program of every board; the target adds its start-up code, the board its transport.
FIRMWARE_SOURCES = tuple(FIRMWARE / name for name in ("main.c", "startup.c", "frame.c", "cobs.c", "crc32.c"))
#: What a virtual board has in the place of its twin's hardware.
VIRTUAL_TRANSPORT = (FIRMWARE / "transport_mailbox.c",)
#: A serial port over USB; the target adds its chip's controller.
USB_SOURCES = tuple(
    FIRMWARE / "usb" / name for name in ("transport_usb.c", "usb_device.c", "usb_descriptors.c")
)

#: Counts cycles; the target adds its chip's `cycle_counter.h`.
TIMING_SOURCES = (FIRMWARE / "timing.c",)

RESET_SYMBOL = "reset_handler"
LINK_FLAGS = ("-Wl,--gc-sections", f"-Wl,-e,{RESET_SYMBOL}")

_WEIGHTS = f"*({WEIGHTS_SECTION} {WEIGHTS_SECTION}.*)"


class CodeIn(Enum):
    """Where functions and constants are while the program runs."""

    RAM = "ram"
    FLASH = "flash"


class WeightsIn(Enum):
    """Where sections `.model_weights*` are while the program runs."""

    RAM = "ram"
    FLASH = "flash"


@dataclass(frozen=True, slots=True)
class MemoryLayout:
    """Addresses and the linker script of a microcontroller.

    `template` has places `@STACK_BYTES@`, `@WEIGHTS_IN_FLASH@` and, where weights may go to RAM,
    `@WEIGHTS_IN_RAM@`. `flash_origin` is where an application's flash starts, `vectors` the address of its
    vector table.
    """

    template: Path
    flash_origin: int
    vectors: int
    sram_origin: int
    sram_bytes: int

    def in_sram(self, address: int) -> bool:
        return self.sram_origin <= address < self.sram_origin + self.sram_bytes

    def linker_script(self, weights_in: WeightsIn, stack_bytes: int) -> str:
        """The text of the linker script.

        `stack_bytes` are reserved in a section `.stack`; a multiple of 8 (AAPCS 5.2.1.2), ValueError
        otherwise, and also where the template cannot place the weights so.
        """
        if stack_bytes <= 0 or stack_bytes % 8:
            raise ValueError(f"a stack of {stack_bytes} bytes: it must be a positive multiple of 8")
        template = self.template.read_text(encoding="utf-8")
        places = {WeightsIn.RAM: "@WEIGHTS_IN_RAM@", WeightsIn.FLASH: "@WEIGHTS_IN_FLASH@"}
        if places[weights_in] not in template:
            raise ValueError(f"{self.template} has no place for weights in {weights_in.value}")
        for where, place in places.items():
            template = template.replace(place, _WEIGHTS if where is weights_in else "")
        return template.replace("@STACK_BYTES@", str(stack_bytes))


@dataclass(frozen=True, slots=True)
class FlashCache:
    """The cache between the CPU and a flash chip beside it: a line that is not there takes `miss_cycles`."""

    size_bytes: int
    ways: int
    line_bytes: int
    miss_cycles: int

    def most_wait_cycles(self, size_bytes: int, times: int) -> int:
        """Of reading so many bytes in their order, so many times: what does not fit is fetched every time."""
        lines = -(-size_bytes // self.line_bytes)
        return lines * self.miss_cycles * (times if size_bytes > self.size_bytes else 1)


@dataclass(frozen=True, slots=True)
class Target:
    """Where an image runs.

    `sources` is what is built beside the generated model on a board and on its virtual twin; `hardware`,
    which the twin does without, is the transport and what the chip needs for it. `weights_in` names the
    places for the weights, the faster first: the first where they fit is taken. `layout` is None where the
    image is an ordinary program of this computer. `seal` completes the bytes of a real board's flash, from
    the origin on, with what the chip wants to find there. `flash_cache` is None where the flash is no chip of
    its own, or nothing is known of it.
    """

    id: str
    sources: tuple[Path, ...]
    hardware: tuple[Path, ...]
    include_folders: tuple[Path, ...]
    code_in: CodeIn
    weights_in: tuple[WeightsIn, ...]
    stack_bytes: int
    layout: MemoryLayout | None
    seal: Callable[[bytes], bytes] = bytes
    flash_cache: FlashCache | None = None
