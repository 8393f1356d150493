"""An image gets onto a board once, and virtual boards need nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from codegen.compiler import Compilation, compile_model
from codegen.targets.board import find_board
from core.boards import placing, session
from core.boards.flashing.base import Surroundings
from core.boards.link import Link
from core.boards.placing import check_plugged_in, place
from core.boards.protocol import Counts
from core.boards.put import Put
from core.boards.session import ANYWHERE, Placed
from core.boards.usb_ports import Attachment, UsbBoard
from core.errors import ThimbleError
from core.jobs.context import JobContext
from core.jobs.tasks import deploy
from tests.unit.boards.fakes import Clock, FakeTransport
from tests.unit.boards.usb_fakes import PICO, World, as_drive, on_port
from tests.unit.codegen.networks import small_lenet, weights_in_flash


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
    monkeypatch.setattr(placing, "_hello", lambda usb: None)
    world = World([on_port("COM3")])
    placed = place(image, compilation, None, world.around())
    assert flasher.flashed == ["COM3"]
    assert placed.port == "COM9"
    assert placed.undisturbed(None)  # the small network takes milliseconds
    assert (placed.put, world.logged) == (Put.FLASHED, [])


def test_what_is_predicted_holds_the_waits_for_weights_in_flash(
    image: Image, compilation: Compilation, flasher: FakeFlasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "_hello", lambda usb: None)
    assert compilation.flash_wait_cycles == 0
    large = compile_model(weights_in_flash(), PICO)
    conv, dense = (layer.weights_bytes for layer in large.layers if layer.weights_bytes)
    assert conv > 16 * 1024  # more than the cache holds: read anew for every four of the 36 places
    assert large.flash_wait_cycles == 56 * (9 * -(-conv // 8) - (-dense // 8))
    placed = place(image, large, "COM3", World([on_port("COM3")]).around())
    assert placed.predicted_s == (large.cycles + large.flash_wait_cycles) / PICO.clock_hz


def test_interrupts_are_off_where_an_inference_surely_is_short() -> None:
    """From 0.5 s without an answer on, a computer gives a board up."""
    assert Placed("COM3", predicted_s=0.24).undisturbed(None)
    assert not Placed("COM3", predicted_s=0.26).undisturbed(None)  # it may take twice as long
    assert Placed("COM3", predicted_s=0.26).undisturbed(0.3)  # it did not
    assert not Placed("COM3", predicted_s=0.1).undisturbed(0.6)
    assert not Placed("COM3", predicted_s=0.6).undisturbed(0.3)
    assert not Placed("COM3").undisturbed(0.1)


def test_what_the_inference_before_took_decides_for_the_next() -> None:
    asked: list[bool] = []

    class SlowBoard:
        carried_bytes = 0

        def load_input(self, sample: bytes) -> None: ...

        def run(self, undisturbed: bool) -> None:
            asked.append(undisturbed)

        def read_output(self, size_bytes: int) -> bytes:
            return bytes(size_bytes)

        def counters(self) -> SimpleNamespace:
            counts = Counts(int(0.6 * PICO.clock_hz), None)
            return SimpleNamespace(startup=counts, inference=counts)

    hello = SimpleNamespace(input_bytes=1, output_bytes=1, virtual=False, clock_hz=PICO.clock_hz)
    runner = session._LinkRunner(SlowBoard(), hello, Placed("COM3", predicted_s=0.2))
    for _ in range(3):
        runner.infer(b"x")
    assert asked == [True, False, False]


def test_a_board_is_looked_for_again_when_its_turn_comes(
    image: Image, compilation: Compilation, flasher: FakeFlasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the board before was flashed, this one was plugged in elsewhere."""
    monkeypatch.setattr(placing, "_hello", lambda usb: None)
    world = World([on_port("COM3", "AAAA"), on_port("COM4", "BBBB")])

    @contextmanager
    def alone() -> Iterator[None]:
        world.there[:] = [on_port("COM4", "BBBB"), on_port("COM7", "AAAA")]
        yield

    place(image, compilation, "COM3", replace(world.around(), alone=alone))
    assert flasher.flashed == ["COM7"]


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

    monkeypatch.setattr(placing, "_hello", lambda usb: None)
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
    world = World([replace(on_port("COM3"), product="")])  # Windows does not tell it
    placed = place(image, compilation, None, world.around())
    assert (placed.port, placed.put, world.logged) == ("COM9", Put.FLASHED, [])
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


def test_a_board_that_starts_late_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[list[UsbBoard]] = [[], [], [on_port("port")]]
    monkeypatch.setattr(placing, "find_usb_boards", lambda: looks.pop(0))
    slept: list[float] = []
    check_plugged_in(PICO, None, 10.0, slept.append)
    assert looks == []
    assert sum(slept) == 1.0


def test_a_board_that_does_not_come_is_told_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "find_usb_boards", list)
    slept: list[float] = []
    with pytest.raises(ThimbleError) as caught:
        check_plugged_in(PICO, None, 10.0, slept.append)
    assert caught.value.code == "board-not-there"
    assert sum(slept) == 10.0


@pytest.mark.parametrize(("meter", "order"), [("ppk2", ["open", "look"]), ("replay:a.csv", ["look", "open"])])
def test_a_meter_that_feeds_the_board_is_opened_before_it_is_looked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, meter: str, order: list[str]
) -> None:
    done: list[str] = []

    @contextmanager
    def metering(*_: object) -> Iterator[None]:
        done.append("open")
        yield

    def prepare(*_: object) -> None:
        raise ThimbleError("enough", "enough", "")

    monkeypatch.setattr(deploy, "metering", metering)
    monkeypatch.setattr(deploy, "check_plugged_in", lambda *_: done.append("look"))
    monkeypatch.setattr(deploy, "prepare", prepare)
    params = {"board": "pico", "out": str(tmp_path), "meter": meter}
    with pytest.raises(ThimbleError, match="enough"):
        deploy.deploy(params, JobContext(lambda _: None))
    assert done == order
