"""Which board is which: names, and a LED that blinks."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from codegen.targets.board import find_board
from core.boards import devices
from core.boards import identify as identifying
from core.boards.identify import identify
from core.boards.link import Timeouts
from core.boards.names import board_names, name_board
from core.boards.usb_ports import choose_usb_board, find_usb_boards
from core.cli import main
from core.errors import ThimbleError
from tests.fake_usb.hub import FakeUsb
from tests.fake_usb.programs import toy_image

PICO = find_board("pico")
OURS = toy_image(np.ones((2, 3), np.int8))
needs_terminals = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no pseudo-terminals like these"
)


@pytest.fixture(autouse=True)
def no_meters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody asks the network for instruments here."""
    monkeypatch.setattr(devices, "find_devices", partial(devices.find_devices, meters=list, pis=list))


def code_of(call, *arguments) -> str:
    with pytest.raises(ThimbleError) as caught:
        call(*arguments)
    assert caught.value.hint
    return caught.value.code


def test_names_are_kept_by_serial_number_and_forgotten_when_empty(settings: Path) -> None:
    name_board("A1", " Anna ")
    name_board("B2", "Büro")
    assert board_names() == {"A1": "Anna", "B2": "Büro"}
    name_board("A1", "")
    assert board_names() == {"B2": "Büro"}


@pytest.mark.parametrize(
    ("serial_number", "name", "code"),
    [
        ("", "Anna", "no-serial-number"),
        ("A1", "x" * 41, "bad-name"),
        ("A1", "a\nb", "bad-name"),
        ("A1", "/dev/ttyACM0", "bad-name"),
        ("A1", "BERTA", "name-taken"),
    ],
)
def test_what_cannot_be_a_name(settings: Path, serial_number: str, name: str, code: str) -> None:
    name_board("B2", "Berta")
    assert code_of(name_board, serial_number, name) == code
    assert board_names() == {"B2": "Berta"}


def test_a_damaged_file_of_names_is_told_and_kept(settings: Path) -> None:
    name_board("A1", "Anna")
    (settings / "boards.json").write_text("[1, 2")
    assert code_of(board_names) == "bad-board-names"
    assert code_of(name_board, "A1", "Berta") == "bad-board-names"
    assert (settings / "boards.json").read_text() == "[1, 2"


@needs_terminals
def test_a_board_is_found_and_shown_by_its_name(plugged: FakeUsb) -> None:
    plugged.add(PICO, "A1")
    plugged.add(PICO, "B2")
    assert main(["devices", "--name", "B2", "Anna", "--json"]) == 0
    assert choose_usb_board(PICO, "anna", find_usb_boards()).serial_number == "B2"
    (anna,) = [found for found in devices.find_devices() if found.name]
    assert anna.called == "Anna (Raspberry Pi Pico)"
    assert anna.to_json()["serial_number"] == "B2"
    assert "pretended" in anna.note


@needs_terminals
def test_the_led_of_one_board_blinks(plugged: FakeUsb, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = plugged.add(PICO, "A1", image=OURS), plugged.add(PICO, "B2", image=OURS)
    assert main(["devices", "--identify", "B2"]) == 0
    assert first.blinks == 0
    assert second.blinks > 1
    assert main(["devices", "--identify", "COM77"]) == 1
    assert str(first.port.path) in capsys.readouterr().err


@needs_terminals
@pytest.mark.parametrize(("bootloader", "code"), [(True, "in-bootloader"), (False, "foreign-program")])
def test_boards_that_cannot_blink(
    plugged: FakeUsb, monkeypatch: pytest.MonkeyPatch, bootloader: bool, code: str
) -> None:
    monkeypatch.setattr(identifying, "_QUICK", Timeouts(0.02, 0.2, 0.2))
    plugged.add(PICO, "A1", bootloader=bootloader)
    assert code_of(identify, plugged.find()[0]) == code
