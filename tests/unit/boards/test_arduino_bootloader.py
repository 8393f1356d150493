"""Flashing through the Nano's bootloader: a fake one that keeps its rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codegen.targets.board import find_board
from core.boards.flashing import arduino_bootloader
from core.boards.flashing.arduino_bootloader import ArduinoBootloader
from core.boards.usb_ports import Attachment, UsbBoard
from core.errors import ThimbleError
from tests.fake_usb.nano_bootloader import PAGE_BYTES, NanoBootloader
from tests.unit.boards.usb_fakes import World, on_port

NANO = find_board("nano33ble")
IMAGE = bytes(range(1, 252)) * 40
BOOT = UsbBoard(NANO, Attachment.BOOT_SERIAL, "COM8", "", "")


Mishap = Callable[[bytes, bytes], bytes | None]


class FakeBootloader(NanoBootloader):
    """Opened like a port. `mishap` may change or swallow (None) the answer to a command."""

    def __init__(self, mishap: Mishap = lambda command, answer: answer) -> None:
        super().__init__()
        self._mishap = mishap
        self._answers = b""

    def __call__(self, port: str) -> FakeBootloader:
        assert port == "COM8"
        return self

    def __enter__(self) -> FakeBootloader:
        return self

    def __exit__(self, *_: object) -> None: ...

    def read(self, timeout_s: float) -> bytes:
        answer, self._answers = self._answers, b""
        return answer

    def write(self, data: bytes) -> None:
        if self.expects_data:
            assert len(data) == PAGE_BYTES, "the data of S come in a packet of their own"
            self.take(data)
        else:
            self._answers += self._mishap(data, self.take(data)) or b""


@pytest.fixture
def image(tmp_path: Path) -> Path:
    (tmp_path / "firmware.bin").write_bytes(IMAGE)
    return tmp_path / "firmware.bin"


@pytest.fixture
def flash(
    monkeypatch: pytest.MonkeyPatch, image: Path
) -> Callable[[FakeBootloader, World, UsbBoard], UsbBoard]:
    def run(bootloader: FakeBootloader, world: World, usb: UsbBoard) -> UsbBoard:
        monkeypatch.setattr(arduino_bootloader, "SerialTransport", bootloader)
        return ArduinoBootloader().flash(image, usb, world.around())

    return run


def test_every_page_arrives_and_the_program_starts(flash, monkeypatch) -> None:
    touched: list[str] = []
    monkeypatch.setattr(arduino_bootloader, "touch", touched.append)
    board = on_port("COM3", board=NANO)
    world = World([board])
    world.events = [
        (1.0, lambda: world.there.__setitem__(slice(None), [BOOT])),
        (6.0, lambda: world.there.__setitem__(slice(None), [on_port("COM4", board=NANO)])),
    ]
    bootloader = FakeBootloader()
    assert flash(bootloader, world, board).where == "COM4"
    assert touched == ["COM3"]
    assert bootloader.started
    assert bootloader.image == IMAGE.ljust(-(-len(IMAGE) // PAGE_BYTES) * PAGE_BYTES, b"\0")
    parts = [part for part, _ in world.told]
    assert parts == sorted(parts)


@pytest.mark.parametrize(
    ("mishap", "code"),
    [
        (lambda command, answer: None if command.startswith(b"X") else answer, "flash-failed"),
        (lambda command, answer: None if command == b"N#" else answer, "flash-failed"),
        (lambda command, answer: b"Z\n\r" if command.startswith(b"Y") else answer, "flash-failed"),
        (lambda command, answer: b"v1.1\n\r" if command == b"V#" else answer, "flash-failed"),
        (lambda command, answer: b"SAMD21\n\r" if command == b"I#" else answer, "wrong-board"),
    ],
)
def test_a_bootloader_that_does_otherwise_is_told(flash, mishap, code) -> None:
    bootloader = FakeBootloader(mishap)
    with pytest.raises(ThimbleError) as caught:
        flash(bootloader, World([BOOT]), BOOT)
    assert caught.value.code == code
    assert caught.value.hint
    assert not bootloader.started


def test_a_board_that_does_not_restart_is_given_up_with_help(flash, monkeypatch) -> None:
    monkeypatch.setattr(arduino_bootloader, "touch", lambda port: None)
    board = on_port("COM3", board=NANO)
    with pytest.raises(ThimbleError) as caught:
        flash(FakeBootloader(), World([board]), board)
    assert caught.value.code == "no-bootloader"
    assert "twice" in caught.value.hint


def test_a_board_that_does_not_come_back_is_told(flash) -> None:
    with pytest.raises(ThimbleError) as caught:
        flash(FakeBootloader(), World([BOOT]), BOOT)
    assert caught.value.code == "board-not-back"
