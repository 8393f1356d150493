"""An emulated microcontroller whose serial port is a TCP socket on the loopback interface.

Prints one line of JSON with the port, `{"port": 40123}`, and waits for one client. When the program on the
board fails it prints a second one, `{"fault": "stack-overflow", "pc": 268435880, "address": 536870908}`.
What prevents a start is told as `{"error": "..."}` with exit status 1. See README.md.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from .channel import Channel, end_with_parent
from .counter import CounterBuildError, build_library
from .cpus import CPUS
from .elf import NotFirmwareError, read_segments
from .flash_cache import read_flash_cache
from .machine import BadImageError, Machine, Memory


def _number(text: str) -> int:
    return int(text, 0)


def _pages(text: str) -> int:
    size = _number(text)
    if size <= 0 or size % 4096:
        raise argparse.ArgumentTypeError("must be a positive multiple of 4096")
    return size


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="emulator", description="An emulated microcontroller.")
    parser.add_argument("--elf", type=Path, required=True, help="the program, as an ELF file")
    parser.add_argument("--cpu", choices=sorted(CPUS), default="cortex-m0plus")
    parser.add_argument("--flash-bytes", type=_pages, required=True, help="a multiple of 4096")
    parser.add_argument("--sram-bytes", type=_pages, required=True, help="a multiple of 4096")
    parser.add_argument("--flash-origin", type=_number, default=0x1000_0000)
    parser.add_argument("--sram-origin", type=_number, default=0x2000_0000)
    parser.add_argument("--vectors", type=_number, default=0x1000_0100, help="address of the vector table")
    parser.add_argument("--cache-dir", type=Path, required=True, help="where the compiled counter is kept")
    parser.add_argument("--accept-timeout-s", type=float, default=60.0, help="how long to wait for a client")
    parser.add_argument(
        "--check-alignment",
        action="store_true",
        help="stop at an unaligned access, as the CPU does; twenty times slower",
    )
    parser.add_argument(
        "--flash-cache",
        type=read_flash_cache,
        metavar="BYTES,WAYS,LINE,CYCLES",
        help="count the cycles that reading the flash waits: size, ways and bytes a line of its cache, "
        "cycles a miss; for programs that compute from flash, since it slows",
    )
    return parser.parse_args()


def _say(message: dict[str, object]) -> None:
    print(json.dumps(message), flush=True)


def main() -> int:
    """Runs one board; the exit status is 0 when the client ended the session."""
    arguments = _arguments()
    end_with_parent()
    try:
        memory = Memory(
            arguments.flash_origin,
            arguments.flash_bytes,
            arguments.sram_origin,
            arguments.sram_bytes,
            arguments.vectors,
        )
        channel = Channel()
        library = build_library(arguments.cache_dir)
        segments = read_segments(arguments.elf)
        strict, cache = arguments.check_alignment, arguments.flash_cache
        machine = Machine(arguments.cpu, memory, segments, channel, library, strict, cache)
        _say({"port": channel.port})
        channel.wait_for_host(arguments.accept_timeout_s)
    except (NotFirmwareError, BadImageError, CounterBuildError, OSError) as error:
        _say({"error": str(error)})
        return 1
    fault = machine.run()
    _say({"fault": fault.kind, "pc": fault.pc, "address": fault.address})
    return 2
