"""A whole deployment to fake boards on USB, and what is told when it goes wrong at any step of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from codegen.compiler import Compilation, compile_model
from codegen.firmware.uf2 import uf2_of
from codegen.targets.board import Board, find_board
from core.boards import placing
from core.boards.flashing import uf2_drive
from core.boards.flashing.base import Surroundings
from core.boards.link import Timeouts
from core.boards.placing import place
from core.boards.session import Placed, RunResult, run_samples
from core.errors import ThimbleError
from tests.fake_usb.faults import Fault, Mishap, Step
from tests.fake_usb.hub import FakeUsb
from tests.fake_usb.programs import Sketch, toy_hash, toy_image, toy_outputs
from tests.unit.codegen.networks import small_lenet

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals like these")

#: Long enough that the copy takes several pieces, and the samples several requests.
WEIGHTS = np.random.default_rng(1).integers(-128, 128, (40, 700), dtype=np.int8)
X = np.random.default_rng(2).integers(-128, 128, (3, 700), dtype=np.int8)
OLD = toy_image(WEIGHTS[:2, :3])
SHORT = Timeouts(resend_s=0.02, silent_s=0.3, answer_s=0.3, run_s=0.3)


@dataclass(frozen=True)
class Image:
    elf: Path
    image: Path


@pytest.fixture(scope="module", params=["pico", "nano33ble"])
def board(request: pytest.FixtureRequest) -> Board:
    return find_board(request.param)


@pytest.fixture(scope="module")
def compilation(board: Board) -> Compilation:
    return compile_model(small_lenet(1.0), board)


@pytest.fixture
def image(board: Board, tmp_path: Path) -> Image:
    return image_for(board, tmp_path)


def image_for(board: Board, folder: Path) -> Image:
    toy = toy_image(WEIGHTS)
    made = Image(folder / "firmware.elf", folder / "firmware.image")
    made.elf.write_bytes(b"\x7fELF" + toy_hash(toy))
    made.image.write_bytes(uf2_of(toy, 0x10000000) if board.boot_drive else toy)
    return made


@pytest.fixture
def usb(plugged: FakeUsb, monkeypatch: pytest.MonkeyPatch) -> FakeUsb:
    monkeypatch.setattr(placing, "_QUICK", SHORT)
    monkeypatch.setattr(Placed, "timeouts", SHORT)
    monkeypatch.setattr(uf2_drive.os, "fsync", fsync_of_a_drive)
    return plugged


def fsync_of_a_drive(descriptor: int) -> None:
    """A file on a folder can be written to when the folder is gone; one on a drive cannot."""
    if not os.fstat(descriptor).st_nlink:
        raise OSError(5, "Input/output error")


def deploy(
    usb: FakeUsb,
    image: Image,
    compilation: Compilation,
    port: str | None = None,
    around: Surroundings | None = None,
) -> RunResult:
    placed = place(image, compilation, port, around or usb.around())
    return run_samples(image, compilation.board, X, placed=placed)


def failure(usb: FakeUsb, image: Image, compilation: Compilation, port: str | None = None) -> ThimbleError:
    with pytest.raises(ThimbleError) as caught:
        deploy(usb, image, compilation, port)
    assert caught.value.hint
    return caught.value


def assert_right(result: RunResult) -> None:
    np.testing.assert_array_equal(result.outputs, toy_outputs(WEIGHTS, X))


def test_a_board_is_flashed_and_runs_the_model(usb, image, compilation) -> None:
    fake = usb.add(compilation.board, "A1", image=OLD)
    result = deploy(usb, image, compilation)
    assert_right(result)
    assert result.estimated  # no board: its counts are called what they are
    assert len(fake.flashed) == 1
    assert_right(deploy(usb, image, compilation))
    assert len(fake.flashed) == 1  # it runs there already


PULLS = {
    Step.ENUMERATE: "board-gone",
    Step.TOUCH: None,
    Step.BOOTLOADER: None,
    Step.COPY: None,
    Step.RESTART: "board-not-back",
    Step.HELLO: "board-gone",
    Step.LOAD: "board-gone",
    Step.RUN: "board-gone",
    Step.READ: "board-gone",
    Step.COUNTERS: "board-gone",
}
#: What differs between a bootloader with a drive and one with a port.
OF_BOOTLOADERS = {
    "pico": {Step.TOUCH: "no-boot-drive", Step.BOOTLOADER: "drive-gone", Step.COPY: "drive-gone"},
    "nano33ble": {Step.TOUCH: "no-bootloader", Step.BOOTLOADER: "board-gone", Step.COPY: "board-gone"},
}


@pytest.mark.parametrize("step", PULLS, ids=lambda step: step.value)
def test_a_cable_pulled_at_any_step_is_told_and_the_next_try_works(usb, image, compilation, step) -> None:
    fake = usb.add(compilation.board, "A1", image=OLD, fault=Fault(step))
    expected = PULLS[step] or OF_BOOTLOADERS[compilation.board.id][step]
    assert failure(usb, image, compilation).code == expected
    assert not usb.find()
    fake.fault = None
    fake.plug()
    assert_right(deploy(usb, image, compilation))


@pytest.mark.parametrize("step", [Step.HELLO, Step.LOAD, Step.RUN, Step.READ, Step.COUNTERS])
def test_a_cable_pulled_after_flashing_is_told_too(usb, image, compilation, step) -> None:
    fault = Fault(step, after=1 if step is Step.HELLO else 0)
    fake = usb.add(compilation.board, "A1", image=OLD, fault=fault)
    assert failure(usb, image, compilation).code == "board-gone"
    assert fake.flashed


@pytest.mark.parametrize("step", [Step.HELLO, Step.LOAD, Step.RUN, Step.READ, Step.COUNTERS])
def test_a_board_that_stops_answering_is_given_up(usb, image, compilation, step) -> None:
    fault = Fault(step, Mishap.SILENCE, after=1 if step is Step.HELLO else 0)
    fake = usb.add(compilation.board, "A1", image=OLD, fault=fault)
    assert failure(usb, image, compilation).code == "board-silent"
    fake.fault = None
    fake.pull()
    fake.plug()
    assert_right(deploy(usb, image, compilation))


@pytest.mark.parametrize("mishap", [Mishap.GARBAGE, Mishap.TRUNCATE], ids=lambda mishap: mishap.value)
def test_damaged_answers_are_asked_for_again(usb, image, compilation, mishap) -> None:
    usb.add(compilation.board, "A1", image=OLD, fault=Fault(Step.READ, mishap))
    assert_right(deploy(usb, image, compilation))


@pytest.mark.parametrize("mishap", [Mishap.GARBAGE, Mishap.TRUNCATE], ids=lambda mishap: mishap.value)
def test_nothing_but_damage_is_given_up(usb, image, compilation, mishap) -> None:
    usb.add(compilation.board, "A1", image=OLD, fault=Fault(Step.READ, mishap, times=1000))
    assert failure(usb, image, compilation).code == "board-garbled"


def test_a_program_that_is_not_ours_and_ignores_us(usb, image, compilation) -> None:
    """MicroPython restarts by no touch: the button helps, and its help is told."""
    fake = usb.add(compilation.board, "A1")
    error = failure(usb, image, compilation)
    assert error.code in ("no-boot-drive", "no-bootloader")
    assert error.hint == compilation.board.plug_in_help
    fake.pull()
    fake.plug(bootloader=True)
    assert_right(deploy(usb, image, compilation))


def test_another_board_than_asked_for(usb, image, compilation) -> None:
    others = {"pico": "nano33ble", "nano33ble": "pico"}
    other = usb.add(find_board(others[compilation.board.id]), "A1", image=OLD)
    port = str(other.port.path)
    assert failure(usb, image, compilation, port).code == "wrong-board"
    assert failure(usb, image, compilation).code == "board-not-there"


def test_a_port_that_another_program_has(usb, image, compilation) -> None:
    fake = usb.add(compilation.board, "A1", image=OLD)
    script = (
        f"import serial; s = serial.Serial({str(fake.port.path)!r}, exclusive=True);"
        " print('open', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "open\n"
        assert failure(usb, image, compilation).code == "port-busy"
        other.stdin.close()
    assert_right(deploy(usb, image, compilation))


def meanwhile(
    usb: FakeUsb, text: str, happens: Callable[[], object], around: Surroundings | None = None
) -> Surroundings:
    """Surroundings in which something happens once, when a step with this text begins."""
    around, happened = around or usb.around(), []

    def tell(part: float, said: str) -> None:
        around.progress(part, said)
        if said.startswith(text) and not happened:
            happened.append(said)
            happens()

    return replace(around, progress=tell)


def test_a_neighbour_that_comes_meanwhile_is_not_taken_for_a_board_that_does_not(
    usb, image, compilation
) -> None:
    """The neighbour even runs the same program: only its serial number tells."""
    usb.add(compilation.board, "A1", image=OLD, fault=Fault(Step.RESTART))
    new = toy_image(WEIGHTS)
    around = meanwhile(usb, "Waiting for", lambda: usb.add(compilation.board, "B2", image=new))
    with pytest.raises(ThimbleError) as caught:
        deploy(usb, image, compilation, None, around)
    assert caught.value.code == "board-not-back"


def test_a_neighbour_that_comes_meanwhile_does_not_stop_a_board_that_is_known(
    usb, image, compilation
) -> None:
    mine = usb.add(compilation.board, "B2", image=OLD)
    around = meanwhile(usb, "Waiting for", lambda: usb.add(compilation.board, "A1", image=OLD))
    assert_right(deploy(usb, image, compilation, None, around))
    assert len(mine.flashed) == 1


def test_two_that_nothing_tells_apart_are_not_guessed_at(usb, tmp_path) -> None:
    pico = find_board("pico")
    image, compilation = image_for(pico, tmp_path), compile_model(small_lenet(1.0), pico)
    usb.tells_locations = False
    usb.add(pico, "A1", image=OLD, bootloader=True)
    around = meanwhile(usb, "Waiting for", lambda: usb.add(pico, "B2", image=OLD))
    with pytest.raises(ThimbleError) as caught:
        deploy(usb, image, compilation, None, around)
    assert caught.value.code == "which-board-came"
    assert "--port" in caught.value.hint


def test_of_two_new_drives_none_is_written_to(usb, tmp_path) -> None:
    pico = find_board("pico")
    image, compilation = image_for(pico, tmp_path), compile_model(small_lenet(1.0), pico)
    usb.tells_locations = False
    mine = usb.add(pico, "A1", image=OLD)
    around = meanwhile(usb, "Restarting", lambda: usb.add(pico, "B2", image=OLD, bootloader=True))
    with pytest.raises(ThimbleError) as caught:
        deploy(usb, image, compilation, None, around)
    assert caught.value.code == "which-board-came"
    assert not mine.flashed
    assert not list((tmp_path / "usb").glob("*/*.UF2"))


def test_where_usb_ports_are_told_a_neighbour_changes_nothing(usb, tmp_path) -> None:
    pico = find_board("pico")
    image, compilation = image_for(pico, tmp_path), compile_model(small_lenet(1.0), pico)
    mine = usb.add(pico, "A1", foreign=Sketch)
    around = meanwhile(usb, "Restarting", lambda: usb.add(pico, "B2", image=OLD, bootloader=True))
    around = meanwhile(usb, "Waiting for", lambda: usb.add(pico, "C3", image=OLD), around)
    assert_right(deploy(usb, image, compilation, None, around))
    assert [len(board.flashed) for board in usb.boards] == [1, 0, 0]
    assert mine.image != OLD


def test_a_full_drive(usb, tmp_path) -> None:
    pico = find_board("pico")
    image, compilation = image_for(pico, tmp_path), compile_model(small_lenet(1.0), pico)
    fake = usb.add(pico, "A1", image=OLD, fault=Fault(Step.COPY, Mishap.FULL))
    assert failure(usb, image, compilation).code == "drive-full"
    fake.fault = None
    fake.pull()
    fake.plug(bootloader=True)
    assert_right(deploy(usb, image, compilation))


def test_a_run_may_take_as_long_as_predicted_allows_and_no_longer() -> None:
    assert Placed("COM3", predicted_s=0.01).timeouts.run_s < 31
    assert Placed("COM3", predicted_s=10.0).timeouts.run_s == 230
    assert Placed("COM3").timeouts.run_s == Timeouts().run_s
