"""The linker script of the RP2040 and the sources of its firmware.

Memory (RP2040 datasheet, 2.6): SRAM is one range of 264 KB, flash is 2 MB whose first 256 bytes belong to
the second-stage bootloader. The stack lies at the very bottom of SRAM: when it overflows, it runs into
addresses where nothing is, and the CPU faults instead of overwriting data. Code runs from RAM, because a
miss of the flash cache costs 56 to 384 cycles; the weights may follow it or stay in flash.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path

HERE = Path(__file__).parent
FIRMWARE = HERE.parent / "firmware"

STACK_BYTES = 2048
RESET_SYMBOL = "reset_handler"

#: What the firmware of the virtual board is made of, beside the generated model.
VIRTUAL_SOURCES = (
    *(FIRMWARE / name for name in ("main.c", "frame.c", "cobs.c", "crc32.c")),
    HERE / "start.c",
    HERE / "transport_mailbox.c",
)
INCLUDE_FOLDERS = (FIRMWARE,)

LINK_FLAGS = ("-Wl,--gc-sections", f"-Wl,-e,{RESET_SYMBOL}")


class WeightsIn(Enum):
    """Where sections `.model_weights*` are while the program runs."""

    RAM = "ram"
    FLASH = "flash"


def linker_script(weights_in: WeightsIn, stack_bytes: int = STACK_BYTES) -> str:
    """The text of the linker script.

    `stack_bytes` are reserved in a section `.stack`; a multiple of 8 (AAPCS 5.2.1.2), ValueError otherwise.
    """
    if stack_bytes <= 0 or stack_bytes % 8:
        raise ValueError(f"a stack of {stack_bytes} bytes: it must be a positive multiple of 8")
    template = (HERE / "link.ld.in").read_text(encoding="utf-8")
    weights = "*(.model_weights .model_weights.*)"
    in_ram = weights_in is WeightsIn.RAM
    return (
        template.replace("@STACK_BYTES@", str(stack_bytes))
        .replace("@WEIGHTS_IN_FLASH@", "" if in_ram else weights)
        .replace("@WEIGHTS_IN_RAM@", weights if in_ram else "")
    )
