"""The real images, each in an emulator of its chip: rp2040js for the Pico, for the Nano a model of the
nRF52840's peripherals written from its specification. They boot, enumerate on USB, speak the protocol, run
the model, and go back to the bootloader."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.emit import write_project
from codegen.firmware import FirmwareImage, build_firmware
from codegen.firmware.build import link_firmware
from codegen.firmware.elf import read_elf
from codegen.options import BuildOptions
from codegen.targets.board import Board, find_board
from codegen.targets.registry import find_target, memory_layout
from codegen.toolchain import find_compiler
from core.bench.profiling import build_profiling, profile_layers
from core.bench.source import Source
from core.boards.link import Link
from core.boards.serial_transport import SerialTransport
from core.boards.session import Placed, RunResult, run_samples
from core.paths import cache_dir
from tests.toolchain.usb.emulated_board import EmulatedBoard, rp2040js_is_installed
from tests.unit.codegen.networks import small_lenet

pytestmark = pytest.mark.toolchain

PICO = find_board("pico")
#: Between the two readings of the counter, and between the marker's pin going up and down.
OVERHEAD_CYCLES = 120
#: rp2040js rounds its SysTick to whole cycles, and leaves one out where it wraps.
COUNTER_CYCLES = 2
AGREEMENT = 0.03
NO_RP2040JS = pytest.mark.skipif(
    not rp2040js_is_installed(), reason="rp2040js is not installed (run.py test installs it)"
)


@pytest.fixture(scope="module", params=[pytest.param("pico", marks=NO_RP2040JS), "nano33ble"])
def board(request: pytest.FixtureRequest) -> Board:
    return find_board(request.param)


@pytest.fixture(scope="module")
def image(board: Board, tmp_path_factory: pytest.TempPathFactory) -> FirmwareImage:
    compilation = compile_model(small_lenet(1.0), board)
    return build_firmware(compilation, tmp_path_factory.mktemp(board.id), cache_dir())


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    return np.random.default_rng(1).integers(-128, 128, (3, 10, 10, 2), dtype=np.int8)


@pytest.fixture(scope="module")
def on_twin(board: Board, samples: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    twin = find_board(f"virtual-{board.target.removesuffix('33ble')}")
    image = build_firmware(
        compile_model(small_lenet(1.0), twin), tmp_path_factory.mktemp("twin"), cache_dir()
    )
    return run_samples(image, twin, samples)


@pytest.fixture
def running(board: Board, image: FirmwareImage) -> Iterator[EmulatedBoard]:
    with EmulatedBoard(board.target, image.image) as emulated:
        yield emulated


def test_the_prediction_holds_for_the_image_with_usb(image: FirmwareImage) -> None:
    for predicted, linked in (
        (image.predicted_flash_bytes, image.flash_bytes),
        (image.predicted_sram_bytes, image.sram_bytes),
    ):
        assert abs(predicted - linked) <= max(256, linked // 100)


def test_it_runs_the_model_as_its_virtual_twin_does(
    board: Board, running: EmulatedBoard, image: FirmwareImage, samples: np.ndarray, on_twin: RunResult
) -> None:
    ran = run_samples(image, board, samples, placed=Placed(running.port, predicted_s=0.01))
    np.testing.assert_array_equal(ran.outputs, on_twin.outputs)
    assert not ran.estimated
    assert ran.counts.undisturbed
    assert ran.instructions is None
    assert ran.cycles is not None
    # the Nano's model counts instructions in the place of cycles
    twins = on_twin.cycles if board.target == "pico" else on_twin.instructions
    assert twins is not None
    for own, seen, twin in zip(ran.cycles, running.cycles, twins, strict=True):
        assert abs(own - seen) <= OVERHEAD_CYCLES
        assert own == pytest.approx(twin, rel=AGREEMENT)


def test_the_same_inference_takes_the_same_cycles_however_long_the_board_has_been_on(
    board: Board, running: EmulatedBoard, image: FirmwareImage, samples: np.ndarray
) -> None:
    same, placed = samples[[0, 0, 0]], Placed(running.port, predicted_s=0.01)
    first = run_samples(image, board, same, placed=placed)
    running.tell(sleep=86_400)  # a day: both clocks wrap; the Nano's model takes no notice
    later = run_samples(image, board, same, placed=placed)
    assert first.cycles is not None
    assert later.cycles is not None
    assert len(set(running.cycles)) == 1
    counts = first.cycles + later.cycles
    assert max(counts) - min(counts) <= COUNTER_CYCLES


def test_a_profiling_build_counts_each_layer(board: Board, samples: np.ndarray, tmp_path: Path) -> None:
    compilation = compile_model(small_lenet(1.0), board)
    image = build_profiling(compilation, tmp_path / "own", cache_dir())
    with EmulatedBoard(board.target, image.image) as running:
        own = profile_layers(image, compilation, samples, placed=Placed(running.port, predicted_s=0.01))
    assert own.timing is Source.MEASURED
    assert all(layer.xip_cycles is None for layer in own.layers)
    twin = compile_model(small_lenet(1.0), find_board(f"virtual-{board.target.removesuffix('33ble')}"))
    virtual = profile_layers(build_profiling(twin, tmp_path / "twin", cache_dir()), twin, samples)
    assert [layer.name for layer in own.layers] == [layer.name for layer in virtual.layers]
    # the Nano's model counts instructions in the place of cycles: fewer
    least = 1 - AGREEMENT if board.target == "pico" else 0.3
    for ours, theirs in zip(own.layers, virtual.layers, strict=True):
        assert least * theirs.cycles < ours.cycles < (1 + AGREEMENT) * theirs.cycles + OVERHEAD_CYCLES


@NO_RP2040JS
@pytest.mark.skipif(not shutil.which("arm-none-eabi-gcc"), reason="arm-none-eabi-gcc is not installed")
def test_the_image_of_gcc_boots_as_well(tmp_path: Path, samples: np.ndarray, on_twin: RunResult) -> None:
    compilation = compile_model(small_lenet(1.0), PICO, BuildOptions(compiler="gcc"))
    image = build_firmware(compilation, tmp_path)
    with EmulatedBoard("pico", image.image) as running:
        ran = run_samples(image, PICO, samples[:1], placed=Placed(running.port, predicted_s=0.01))
    assert ran.outputs.shape == (1, 5)


def test_a_long_inference_leaves_the_usb_on_and_says_so(
    board: Board, running: EmulatedBoard, image: FirmwareImage, samples: np.ndarray
) -> None:
    ran = run_samples(image, board, samples[:1], placed=Placed(running.port, predicted_s=2.0))
    assert ran.counts.undisturbed is False


def test_the_descriptors_are_those_of_a_serial_port(board: Board, running: EmulatedBoard) -> None:
    device = running.descriptor(0x0100)
    assert device[0] == len(device) == 18
    assert struct.unpack_from("<HH", device, 8) in board.usb_ids
    assert device[4:7] == b"\xef\x02\x01"  # an association: Windows wants it
    configuration = running.descriptor(0x0200)
    assert struct.unpack_from("<H", configuration, 2)[0] == len(configuration)
    kinds, position = [], 0
    while position < len(configuration):
        kinds.append(configuration[position + 1])
        position += configuration[position]
    assert position == len(configuration)
    assert kinds == [2, 11, 4, 0x24, 0x24, 0x24, 0x24, 5, 4, 5, 5]
    texts = [running.descriptor(0x0300 + number)[2:].decode("utf-16-le") for number in (1, 2, 3)]
    assert texts[0] == "Thimble"
    assert texts[1].startswith("Thimble on ")
    assert len(texts[2]) == 16


def test_1200_baud_leads_to_the_bootloader(running: EmulatedBoard) -> None:
    running.tell(touch=True)
    assert running.wait_for("boot") is True


def test_the_led_blinks_when_the_host_wants_to_know_which_board_this_is(running: EmulatedBoard) -> None:
    with SerialTransport(running.port) as transport:
        link = Link(transport)
        link.hello()
        link.identify()
    assert [running.wait_for("led") for _ in range(6)] == [True, False] * 3


def test_the_host_can_ask_for_the_bootloader(running: EmulatedBoard) -> None:
    with SerialTransport(running.port) as transport:
        link = Link(transport)
        link.hello()
        link.reboot_to_bootloader()
    assert running.wait_for("boot") is True


def test_a_message_that_nobody_reads_does_not_stop_the_board(board: Board, running: EmulatedBoard) -> None:
    with SerialTransport(running.port) as transport:
        link = Link(transport)
        assert link.hello().target == board.target
        running.tell(port=False)
        transport.write(b"\0" + b"nobody reads the answers to this" + b"\0")
    assert running.descriptor(0x0100)[0] == 18


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("ERRATUM_199_ON 0x82u", "ERRATUM_199_ON 0u", "erratum 199"),
        ("ERRATUM_187_ON 3u", "ERRATUM_187_ON 0u", "erratum 187"),
        ("ERRATUM_171_ON 0xC0u", "ERRATUM_171_ON 0u", "erratum 171"),
        ("REGISTER(ERRATUM_166_VALUE) = 0x40u", "REGISTER(ERRATUM_166_VALUE) = 0u", "erratum 166"),
        ("put_locked(ERRATUM_187, 0);", "", "not undone"),
        ("REGISTER(CAUSE) = CAUSE_READY;\n    put_locked", "put_locked", "before READY was seen"),
    ],
)
def test_the_model_of_the_nano_notices_what_is_forgotten(
    tmp_path: Path, right: str, wrong: str, fault: str
) -> None:
    nano = find_board("nano33ble")
    target, layout = find_target(nano), memory_layout(nano)
    whole = next(path for path in target.hardware if path.name == "usb_controller.c")
    text = whole.read_text(encoding="utf-8")
    assert right in text
    (tmp_path / whole.name).write_text(text.replace(right, wrong))
    hardware = tuple(tmp_path / path.name if path == whole else path for path in target.hardware)
    compilation = compile_model(small_lenet(1.0), nano)
    write_project(compilation, tmp_path / "model")
    script = layout.linker_script(compilation.weights_in, target.stack_bytes)
    (tmp_path / "model" / "link.ld").write_text(script)
    sources = sorted((tmp_path / "model").glob("*.c"))
    link_firmware(nano, find_compiler("zig", nano.cpu), sources, tmp_path / "model", cache_dir(), hardware)
    flash = bytearray()
    for segment in read_elf(tmp_path / "model" / "firmware.elf").segments:
        flash.extend(bytes(segment.address - layout.flash_origin - len(flash)) + segment.content)
    (tmp_path / "wrong.bin").write_bytes(flash)
    with pytest.raises(AssertionError, match=fault), EmulatedBoard("nano33ble", tmp_path / "wrong.bin"):
        pytest.fail("it should not have started")


def test_the_uf2_carries_the_checked_second_stage(tmp_path: Path) -> None:
    image = build_firmware(compile_model(small_lenet(1.0), PICO), tmp_path, cache_dir())
    content = image.image.read_bytes()
    assert len(content) % 512 == 0
    first = content[32 : 32 + 256]
    assert first == Path(image.elf).with_suffix(".bin").read_bytes()[:256]
    assert first[252:] != bytes(4)
