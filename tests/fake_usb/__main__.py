"""Plugs in boards that are programs, for trying Thimble by hand where there is no board.

The program that is deployed to them really runs: the real image, in an emulator of the board's chip.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

from codegen.targets.board import find_board
from core.boards.pretended_usb import PRETEND
from tests.fake_usb.board import FakeBoard
from tests.fake_usb.faults import Fault, Mishap, Step
from tests.fake_usb.hub import FakeUsb
from tests.fake_usb.programs import ChipProgram, MicroPython, Sketch
from tests.toolchain.usb.emulated_board import rp2040js_is_installed

_PROGRAMS = {"sketch": Sketch, "micropython": MicroPython}
_COMMANDS = """commands, with the number of a board:
  list            what is plugged in
  pull 1          pull its cable
  plug 1          plug it in again
  bootloader 1    plug it in with BOOTSEL held, or tap its reset button twice
  fault 1 S M     let M happen at step S of the next deployment: "fault 1 copy pull"
                  steps: {steps}
                  mishaps: {mishaps}
  quit"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fake_usb", description=__doc__)
    parser.add_argument("boards", nargs="*", default=["pico"], help="pico, nano33ble, once for each board")
    parser.add_argument("--program", choices=_PROGRAMS, default="sketch", help="what runs on them at first")
    parser.add_argument("--bootloader", action="store_true", help="they wait in their bootloaders")
    arguments = parser.parse_args()
    if "pico" in arguments.boards and not rp2040js_is_installed():
        sys.exit("rp2040js is not installed: python3 run.py test installs it")
    with tempfile.TemporaryDirectory(prefix="thimble-usb-") as folder, FakeUsb(Path(folder)) as usb:
        for number, board_id in enumerate(arguments.boards, start=1):
            board, foreign = find_board(board_id), _PROGRAMS[arguments.program]
            usb.add(
                board,
                f"FAKE{number:04d}",
                start=ChipProgram,
                foreign=foreign,
                bootloader=arguments.bootloader,
            )
        usb.pumping()
        words = _COMMANDS.format(
            steps=", ".join(step.value for step in Step), mishaps=", ".join(m.value for m in Mishap)
        )
        print(f"in another terminal: export {PRETEND}={usb.file}\n{words}", flush=True)
        for line in sys.stdin:
            if line.strip() == "quit":
                return
            try:
                _obey(usb.boards, shlex.split(line))
            except (ValueError, IndexError) as error:
                print(f"not understood: {error}", flush=True)


def _obey(boards: list[FakeBoard], words: list[str]) -> None:
    if words == ["list"]:
        for number, board in enumerate(boards, start=1):
            where = board.drive or (board.port and board.port.path) or "-"
            print(f"{number}  {board.board.id}  {board.mode.name.lower()}  {where}", flush=True)
        return
    command, board = words[0], boards[int(words[1]) - 1]
    if command == "fault":
        board.fault = Fault(Step(words[2]), Mishap(words[3]))
        return
    board.pull()
    if command in ("plug", "bootloader"):
        board.plug(bootloader=command == "bootloader")
    elif command != "pull":
        raise ValueError(command)


if __name__ == "__main__":
    main()
