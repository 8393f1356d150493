from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from codegen.targets.board import find_board
from core.boards.usb_ports import Attachment, choose_usb_board, find_usb_boards
from core.errors import ThimbleError
from tests.unit.boards.usb_fakes import INFO, PICO, Port, boot_drive, on_port

OURS = Port("/dev/ttyACM0", 0x2E8A, 0x000A, "E6614103E7452D2F", "Thimble on Raspberry Pi Pico")


def find(ports: list[Port], drives: list[Path]):
    return find_usb_boards(lambda: ports, lambda: drives)


def test_ports_with_a_boards_ids_are_found_and_others_not(tmp_path: Path) -> None:
    strangers = [Port("/dev/ttyS0"), Port("/dev/ttyUSB0", 0x0403, 0x6001)]
    (found,) = find([*strangers, OURS], [tmp_path])
    assert (found.board.id, found.attachment, found.where) == ("pico", Attachment.SERIAL, "/dev/ttyACM0")
    assert found.serial_number == "E6614103E7452D2F"


def test_the_drive_of_the_bootloader_is_found_by_what_it_says_of_itself(tmp_path: Path) -> None:
    drives = [
        boot_drive(tmp_path / "RPI-RP2"),
        boot_drive(tmp_path / "other", INFO.replace("RPI-RP2", "SAMD21G18A")),
        boot_drive(tmp_path / "odd", "\xff no such line"),
        tmp_path,
        tmp_path / "gone",
    ]
    (found,) = find([], drives)
    assert (found.attachment, found.where) == (Attachment.BOOT_DRIVE, str(drives[0]))


def test_several_boards_are_told_apart_by_port_or_serial_number() -> None:
    boards = (on_port("/dev/ttyACM0", "AAAA"), on_port("/dev/ttyACM1", "BBBB"))
    with pytest.raises(ThimbleError) as caught:
        choose_usb_board(PICO, None, boards)
    assert caught.value.code == "which-board"
    assert "--port /dev/ttyACM0" in caught.value.hint
    assert choose_usb_board(PICO, "/dev/ttyACM1", boards) is boards[1]
    assert choose_usb_board(PICO, "AAAA", boards) is boards[0]
    assert choose_usb_board(PICO, None, boards[:1]) is boards[0]


def test_a_board_that_is_not_there_says_how_to_plug_it_in() -> None:
    other = dataclasses.replace(on_port("COM5", "BBBB"), board=find_board("nano33ble"))
    with pytest.raises(ThimbleError) as caught:
        choose_usb_board(PICO, None, ())
    assert caught.value.code == "board-not-there"
    assert "BOOTSEL" in caught.value.hint
    with pytest.raises(ThimbleError) as caught:
        choose_usb_board(PICO, "COM7", (on_port("COM3", "AAAA"), other))
    assert caught.value.code == "board-not-there"
    assert "COM3 (serial number AAAA)" in caught.value.hint
    assert "COM5" not in caught.value.hint
