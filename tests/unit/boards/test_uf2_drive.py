"""Flashing by copying to a drive, and everything that may happen meanwhile."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.boards.flashing import uf2_drive
from core.boards.flashing.uf2_drive import Uf2Drive
from core.errors import ThimbleError
from tests.unit.boards.usb_fakes import World, as_drive, boot_drive, on_port

CONTENT = bytes(range(256)) * 200


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "firmware.uf2"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    return boot_drive(tmp_path / "RPI-RP2")


@pytest.fixture
def touched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    ports: list[str] = []
    monkeypatch.setattr(uf2_drive, "touch", ports.append)
    return ports


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(ThimbleError) as caught:
        call()
    assert caught.value.hint
    return caught.value.code


def test_a_running_board_is_restarted_copied_to_and_found_again(
    image: Path, drive: Path, touched: list[str]
) -> None:
    board, neighbour = on_port("/dev/ttyACM0", "AAAA"), on_port("/dev/ttyACM1", "BBBB")
    world = World([board, neighbour])
    world.events = [
        (1.0, lambda: world.there.remove(board)),
        (2.0, lambda: world.there.append(as_drive(drive))),
        (4.0, lambda: world.there.append(on_port("/dev/ttyACM2", "AAAA"))),
    ]
    back = Uf2Drive().flash(image, board, world.around())
    assert touched == ["/dev/ttyACM0"]
    assert (drive / "THIMBLE.UF2").read_bytes() == CONTENT
    assert back.where == "/dev/ttyACM2"
    parts = [part for part, _ in world.told]
    assert parts == sorted(parts)


def test_a_board_in_its_bootloader_needs_no_restart(image: Path, drive: Path, touched: list[str]) -> None:
    world = World([as_drive(drive)])
    world.events = [(1.0, lambda: world.there.append(on_port("COM4")))]
    assert Uf2Drive().flash(image, as_drive(drive), world.around()).where == "COM4"
    assert touched == []


def test_a_board_without_a_drive_is_given_up_with_help(image: Path, touched: list[str]) -> None:
    world = World([on_port("COM3")])
    assert code_of(lambda: Uf2Drive().flash(image, on_port("COM3"), world.around())) == "no-boot-drive"
    assert world.now_s < 60


def test_another_boards_drive_is_not_taken(image: Path, drive: Path, touched: list[str]) -> None:
    """A class flashes several boards at once: the drive that was there before is a neighbour's."""
    world = World([on_port("COM3"), as_drive(drive)])
    assert code_of(lambda: Uf2Drive().flash(image, on_port("COM3"), world.around())) == "no-boot-drive"
    assert not (drive / "THIMBLE.UF2").exists()


def test_a_board_that_does_not_come_back_is_told(image: Path, drive: Path) -> None:
    world = World([as_drive(drive)])
    assert code_of(lambda: Uf2Drive().flash(image, as_drive(drive), world.around())) == "board-not-back"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "drive-full"),
        (errno.EROFS, "drive-permission"),
        (errno.EIO, "drive-gone"),
        (errno.ENODEV, "drive-gone"),
    ],
)
def test_a_copy_that_fails_half_way_says_why(
    image: Path, drive: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    calls = []

    def fsync(_: int) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(uf2_drive.os, "fsync", fsync)
    world = World([as_drive(drive)])
    assert code_of(lambda: Uf2Drive().flash(image, as_drive(drive), world.around())) == code


class SlowFile:
    """A file that takes at most 1000 bytes at a time, and has room for `room` of them."""

    def __init__(self, path: Path, room: int) -> None:
        self._file, self._room = path.open("wb", buffering=0), room

    def __enter__(self) -> SlowFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def fileno(self) -> int:
        return self._file.fileno()

    def write(self, data: memoryview) -> int:
        if not self._room:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = min(len(data), 1000, self._room)
        self._room -= taken
        return self._file.write(data[:taken])


def test_what_a_file_does_not_take_at_once_is_given_again(
    image: Path, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uf2_drive, "open", lambda path, *_, **__: SlowFile(path, len(CONTENT)), raising=False)
    world = World([as_drive(drive)])
    world.events = [(1.0, lambda: world.there.append(on_port("COM4")))]
    Uf2Drive().flash(image, as_drive(drive), world.around())
    assert (drive / "THIMBLE.UF2").read_bytes() == CONTENT


def test_a_last_piece_that_is_cut_is_no_success(
    image: Path, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        uf2_drive, "open", lambda path, *_, **__: SlowFile(path, len(CONTENT) - 100), raising=False
    )
    world = World([as_drive(drive)])
    assert code_of(lambda: Uf2Drive().flash(image, as_drive(drive), world.around())) == "drive-full"


def test_a_drive_that_vanishes_before_the_copy_begins(image: Path, tmp_path: Path) -> None:
    gone = as_drive(tmp_path / "gone")
    assert code_of(lambda: Uf2Drive().flash(image, gone, World([gone]).around())) == "drive-gone"


def test_a_drive_that_vanishes_after_the_last_block_is_as_it_should_be(
    image: Path, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The board restarts by itself then, faster than some systems can close the file."""
    pieces = -(-len(CONTENT) // uf2_drive._PIECE_BYTES)
    calls = []

    def fsync(_: int) -> None:
        calls.append(1)
        if len(calls) == pieces:
            raise OSError(errno.EIO, "gone")

    monkeypatch.setattr(uf2_drive.os, "fsync", fsync)
    world = World([as_drive(drive)])
    world.events = [(1.0, lambda: world.there.append(on_port("COM4")))]
    assert Uf2Drive().flash(image, as_drive(drive), world.around()).where == "COM4"
