from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import pytest

from codegen.targets.board import find_board
from core.boards.usb_ports import Attachment, choose_usb_board, find_usb_boards, mounted_drives
from core.errors import ThimbleError
from tests.unit.boards.usb_fakes import INFO, PICO, Port, boot_drive, on_port

OURS = Port("/dev/ttyACM0", 0x2E8A, 0x000A, "E6614103E7452D2F", "Thimble on Raspberry Pi Pico", "1-2:1.0")


def find(ports: list[Port], drives: list[Path]):
    return find_usb_boards(lambda: ports, lambda: drives)


def test_ports_with_a_boards_ids_are_found_and_others_not(tmp_path: Path) -> None:
    strangers = [Port("/dev/ttyS0"), Port("/dev/ttyUSB0", 0x0403, 0x6001)]
    (found,) = find([*strangers, OURS], [tmp_path])
    assert (found.board.id, found.attachment, found.where) == ("pico", Attachment.SERIAL, "/dev/ttyACM0")
    assert (found.serial_number, found.location) == ("E6614103E7452D2F", "1-2")


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


#: What psutil tells of the file systems, with BOARD where the board's drive is mounted.
TABLES = {
    "linux": [
        ("/dev/nvme0n1p2", "/", "ext4", "rw,relatime"),
        ("/dev/loop3", "/snap/core22/1", "squashfs", "ro,nodev"),
        ("/dev/sda1", "BOARD", "vfat", "rw,nosuid,nodev,uid=1000,flush"),
    ],
    "windows": [
        ("C:\\", "C:\\", "NTFS", "rw,fixed"),
        ("D:\\", "D:\\", "", "cdrom"),
        ("E:\\", "BOARD", "FAT", "rw,removable"),
    ],
    "macos": [
        ("/dev/disk3s1s1", "/", "apfs", "ro,local,rootfs"),
        ("/dev/disk3s5", "/System/Volumes/Data", "apfs", "rw,local"),
        ("/dev/disk4s1", "BOARD", "msdos", "rw,nosuid,local,ignore-ownership"),
    ],
}


@pytest.mark.parametrize("system", TABLES)
def test_the_drive_is_found_among_what_the_system_has_mounted(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psutil

    board = boot_drive(tmp_path / "RPI-RP2")
    told = [
        SimpleNamespace(
            device=device, mountpoint=str(board) if place == "BOARD" else place, fstype=kind, opts=opts
        )
        for device, place, kind, opts in TABLES[system]
    ]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: [] if all else told)
    (found,) = find_usb_boards(ports=list, drives=mounted_drives)
    assert (found.attachment, found.where) == (Attachment.BOOT_DRIVE, str(board))


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
