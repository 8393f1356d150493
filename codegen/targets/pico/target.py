"""The RP2040 of the Raspberry Pi Pico.

Memory (RP2040 datasheet, 2.6): SRAM is one range of 264 KB, flash is 2 MB whose first 256 bytes belong to
the second-stage bootloader. The stack lies at the very bottom of SRAM: when it overflows, it runs into
addresses where nothing is, and the CPU faults instead of overwriting data. Code runs from RAM, because a
miss of the flash cache costs 56 to 384 cycles; the weights may follow it or stay in flash.
"""

from __future__ import annotations

from pathlib import Path

from codegen.targets.pico.boot2 import with_boot2_crc
from codegen.targets.target import (
    FIRMWARE,
    FIRMWARE_SOURCES,
    TIMING_SOURCES,
    USB_SOURCES,
    CodeIn,
    FlashCache,
    MemoryLayout,
    Target,
    WeightsIn,
)

_HERE = Path(__file__).parent
_HARDWARE = ("boot2.S", "hardware.c", "bootrom.c", "flash_id.c", "usb_controller.c")

#: RP2040 datasheet, 2.6.3.1 and 2.6.3.2. A line is read as boot2.S sets the flash up, by the command EBh,
#: which is not repeated: on four data lines 24 bits of address and 8 of mode, 4 clocks of waiting, and the 64
#: bits of the line are 8 + 4 + 16 clocks of the flash, each two of the CPU.
_CACHE = FlashCache(size_bytes=16 * 1024, ways=2, line_bytes=8, miss_cycles=2 * (8 + 4 + 16))

PICO = Target(
    id="pico",
    sources=(*FIRMWARE_SOURCES, _HERE / "start.c"),
    hardware=(*USB_SOURCES, *TIMING_SOURCES, *(_HERE / name for name in _HARDWARE)),
    include_folders=(FIRMWARE, FIRMWARE / "usb", _HERE),
    code_in=CodeIn.RAM,
    weights_in=(WeightsIn.RAM, WeightsIn.FLASH),
    stack_bytes=2048,
    layout=MemoryLayout(
        template=_HERE / "link.ld.in",
        flash_origin=0x1000_0000,
        vectors=0x1000_0100,
        sram_origin=0x2000_0000,
        sram_bytes=0x4_2000,
    ),
    seal=with_boot2_crc,
    flash_cache=_CACHE,
)
