"""An image gets onto a board once, and virtual boards need nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from codegen.compiler import Compilation, compile_model
from codegen.targets.board import find_board
from core.boards import placing
from core.boards.flashing.base import Surroundings
from core.boards.link import Link
from core.boards.placing import place
from core.boards.put import Put
from core.boards.session import ANYWHERE
from core.boards.usb_ports import Attachment, UsbBoard
from core.errors import ThimbleError
from tests.unit.boards.fakes import Clock, FakeTransport
from tests.unit.boards.usb_fakes import PICO, World, as_drive, on_port
from tests.unit.codegen.networks import small_lenet


@dataclass(frozen=True)
class Image:
    elf: Path
    image: Path


class FakeFlasher:
    id = "uf2"

    def __init__(self) -> None:
        self.flashed: list[str] = []

    def flash(self, image: Path, usb: UsbBoard, around: Surroundings) -> UsbBoard:
        self.flashed.append(usb.where)
        return on_port("COM9")


@pytest.fixture
def image(tmp_path: Path) -> Image:
    (tmp_path / "firmware.elf").write_bytes(b"\x7fELF" + bytes(64))
    return Image(tmp_path / "firmware.elf", tmp_path / "firmware.uf2")


@pytest.fixture
def flasher(monkeypatch: pytest.MonkeyPatch) -> FakeFlasher:
    fake = FakeFlasher()
    monkeypatch.setattr(placing, "find_flasher", lambda board: fake)
    return fake


@pytest.fixture(scope="module")
def compilation() -> Compilation:
    return compile_model(small_lenet(1.0), PICO)


def test_virtual_boards_and_this_computer_need_nothing(image: Image) -> None:
    for board in ("virtual-pico", "host"):
        compilation = compile_model(small_lenet(1.0), find_board(board))
        assert place(image, compilation, None, World().around()) is ANYWHERE


def test_a_board_with_another_program_is_flashed(
    image: Image, compilation: Compilation, flasher: FakeFlasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "_runs", lambda image, usb: False)
    world = World([on_port("COM3")])
    placed = place(image, compilation, None, world.around())
    assert flasher.flashed == ["COM3"]
    assert placed.port == "COM9"
    assert placed.undisturbed  # the small network takes milliseconds
    assert (placed.put, world.logged) == (Put.FLASHED, [])


@pytest.mark.parametrize(
    ("usb", "put", "words"),
    [
        (replace(on_port("COM3"), product="MicroPython"), Put.REPLACED_OTHER, "(MicroPython) is replaced"),
        (as_drive(Path("/media/RPI-RP2")), Put.REPLACED_UNKNOWN, "whatever program is on the board"),
        (replace(on_port("COM3"), attachment=Attachment.BOOT_SERIAL), Put.REPLACED_UNKNOWN, "bootloader"),
    ],
)
def test_what_is_lost_is_told_before_it_is_and_how_to_bring_it_back(
    image: Image,
    compilation: Compilation,
    monkeypatch: pytest.MonkeyPatch,
    usb: UsbBoard,
    put: Put,
    words: str,
) -> None:
    class Flasher(FakeFlasher):
        def flash(self, image: Path, usb: UsbBoard, around: Surroundings) -> UsbBoard:
            around.log("written")
            return super().flash(image, usb, around)

    monkeypatch.setattr(placing, "_runs", lambda image, usb: False)
    monkeypatch.setattr(placing, "find_flasher", lambda board: Flasher())
    world = World([usb])
    assert place(image, compilation, None, world.around()).put is put
    told, written = world.logged
    assert words in told
    assert "to bring it back, upload it again" in told
    assert written == "written"


def test_what_runs_already_is_not_flashed_again(
    image: Image, compilation: Compilation, flasher: FakeFlasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fake board tells a model hash of 32 zeros, which the image holds; only its target is another."""

    class Opened:
        def __init__(self, port: str) -> None: ...

        def __enter__(self) -> FakeTransport:
            return FakeTransport(Clock())

        def __exit__(self, *_: object) -> None: ...

    clock = Clock()
    monkeypatch.setattr(placing, "SerialTransport", Opened)
    monkeypatch.setattr(placing, "Link", lambda transport, timeouts: Link(transport, timeouts, clock))
    world = World([on_port("COM3")])
    assert place(image, compilation, None, world.around()).port == "COM9"
    monkeypatch.setattr("tests.unit.boards.fakes.HELLO", _hello_of("pico"))
    placed = place(image, compilation, None, world.around())
    assert (placed.port, placed.put) == ("COM3", Put.RAN_ALREADY)
    assert ["runs this program already" in said for said in world.logged] == [True]
    assert flasher.flashed == ["COM3"]


def _hello_of(target: str) -> bytes:
    from tests.unit.boards.fakes import HELLO

    return HELLO[:20] + target.encode().ljust(16, b"\0") + HELLO[36:]


@pytest.mark.parametrize("code", ["port-busy", "port-permission"])
def test_a_port_that_cannot_be_opened_is_told_and_not_flashed(
    image: Image,
    compilation: Compilation,
    flasher: FakeFlasher,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
) -> None:
    def refuse(port: str) -> None:
        raise ThimbleError(code, "no", "close it")

    monkeypatch.setattr(placing, "SerialTransport", refuse)
    with pytest.raises(ThimbleError) as caught:
        place(image, compilation, None, World([on_port("COM3")]).around())
    assert caught.value.code == code
    assert flasher.flashed == []
