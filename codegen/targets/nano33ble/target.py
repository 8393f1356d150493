"""The nRF52840 of the Arduino Nano 33 BLE Sense.

Memory: 1 MB of flash, whose first 64 KB are the Arduino bootloader's, and 256 KB of SRAM (nRF52840 product
specification, chapter "Memory"). The stack lies at the very bottom of SRAM, as on the Pico, and for the same
reason. Code and weights stay in the flash: SRAM, which is short, is left to the network. Flash costs wait
states, of which the instruction cache hides those of the code; the estimates here leave both out.
"""

from __future__ import annotations

from pathlib import Path

from codegen.targets.target import (
    FIRMWARE,
    FIRMWARE_SOURCES,
    TIMING_SOURCES,
    USB_SOURCES,
    CodeIn,
    MemoryLayout,
    Target,
    WeightsIn,
)

_HERE = Path(__file__).parent

NANO33BLE = Target(
    id="nano33ble",
    sources=(*FIRMWARE_SOURCES, _HERE / "start.c"),
    hardware=(*USB_SOURCES, *TIMING_SOURCES, *(_HERE / name for name in ("hardware.c", "usb_controller.c"))),
    include_folders=(FIRMWARE, FIRMWARE / "usb", _HERE),
    code_in=CodeIn.FLASH,
    weights_in=(WeightsIn.FLASH,),
    stack_bytes=2048,
    layout=MemoryLayout(
        template=_HERE / "link.ld.in",
        flash_origin=0x1_0000,
        vectors=0x1_0000,
        sram_origin=0x2000_0000,
        sram_bytes=0x4_0000,
    ),
)
