"""The real image of the Pico, in an emulator of the whole chip: it boots through its own second stage,
enumerates on USB, speaks the protocol, runs the model, and goes back to the boot ROM."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from codegen.compiler import Compilation, compile_model
from codegen.firmware import FirmwareImage, build_firmware
from codegen.options import BuildOptions
from codegen.targets.board import find_board
from core.boards.link import Link
from core.boards.serial_transport import SerialTransport
from core.boards.session import Placed, RunResult, run_samples
from core.paths import cache_dir
from tests.toolchain.rp2040js.emulated_pico import EmulatedPico, is_installed
from tests.unit.codegen.networks import small_lenet

pytestmark = [
    pytest.mark.toolchain,
    pytest.mark.skipif(not is_installed(), reason="rp2040js is not installed (run.py test installs it)"),
]

PICO = find_board("pico")
TWIN = find_board("virtual-pico")
#: Where SysTick is read, before and after the call of the model, and how the marker's pin is written.
OVERHEAD_CYCLES = 120
AGREEMENT = 0.03


@pytest.fixture(scope="module")
def compilation() -> Compilation:
    return compile_model(small_lenet(1.0), PICO)


@pytest.fixture(scope="module")
def image(compilation: Compilation, tmp_path_factory: pytest.TempPathFactory) -> FirmwareImage:
    return build_firmware(compilation, tmp_path_factory.mktemp("pico"), cache_dir())


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    return np.random.default_rng(1).integers(-128, 128, (3, 10, 10, 2), dtype=np.int8)


@pytest.fixture(scope="module")
def on_twin(samples: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    twin = compile_model(small_lenet(1.0), TWIN)
    return run_samples(build_firmware(twin, tmp_path_factory.mktemp("twin"), cache_dir()), TWIN, samples)


@pytest.fixture
def pico(image: FirmwareImage) -> Iterator[EmulatedPico]:
    with EmulatedPico(image.image) as running:
        yield running


def test_the_prediction_holds_for_the_image_with_usb(image: FirmwareImage) -> None:
    for predicted, linked in (
        (image.predicted_flash_bytes, image.flash_bytes),
        (image.predicted_sram_bytes, image.sram_bytes),
    ):
        assert abs(predicted - linked) <= max(256, linked // 100)


def test_it_runs_the_model_as_its_virtual_twin_does(
    pico: EmulatedPico, image: FirmwareImage, samples: np.ndarray, on_twin: RunResult
) -> None:
    ran = run_samples(image, PICO, samples, placed=Placed(pico.port, predicted_s=0.01))
    np.testing.assert_array_equal(ran.outputs, on_twin.outputs)
    assert not ran.estimated
    assert ran.undisturbed
    assert ran.instructions is None
    assert ran.cycles is not None
    assert on_twin.cycles is not None
    for own, seen, twin in zip(ran.cycles, pico.cycles, on_twin.cycles, strict=True):
        assert abs(own - seen) <= OVERHEAD_CYCLES
        assert own == pytest.approx(twin, rel=AGREEMENT)


@pytest.mark.skipif(not shutil.which("arm-none-eabi-gcc"), reason="arm-none-eabi-gcc is not installed")
def test_the_image_of_gcc_boots_as_well(tmp_path: Path, samples: np.ndarray, on_twin: RunResult) -> None:
    compilation = compile_model(small_lenet(1.0), PICO, BuildOptions(compiler="gcc"))
    image = build_firmware(compilation, tmp_path)
    with EmulatedPico(image.image) as pico:
        ran = run_samples(image, PICO, samples[:1], placed=Placed(pico.port, predicted_s=0.01))
    np.testing.assert_array_equal(ran.outputs[0], on_twin.outputs[0])


def test_a_long_inference_leaves_the_usb_on_and_says_so(
    pico: EmulatedPico, image: FirmwareImage, samples: np.ndarray
) -> None:
    ran = run_samples(image, PICO, samples[:1], placed=Placed(pico.port, predicted_s=2.0))
    assert ran.undisturbed is False


def test_the_descriptors_are_those_of_a_serial_port(pico: EmulatedPico) -> None:
    device = pico.descriptor(0x0100)
    assert device[0] == len(device) == 18
    assert struct.unpack_from("<HH", device, 8) in PICO.usb_ids
    assert device[4:7] == b"\xef\x02\x01"  # an association: Windows wants it
    configuration = pico.descriptor(0x0200)
    assert struct.unpack_from("<H", configuration, 2)[0] == len(configuration)
    kinds, position = [], 0
    while position < len(configuration):
        kinds.append(configuration[position + 1])
        position += configuration[position]
    assert position == len(configuration)
    assert kinds == [2, 11, 4, 0x24, 0x24, 0x24, 0x24, 5, 4, 5, 5]
    texts = [pico.descriptor(0x0300 + number)[2:].decode("utf-16-le") for number in (1, 2, 3)]
    assert texts[:2] == ["Thimble", "Thimble on Raspberry Pi Pico"]
    assert len(texts[2]) == 16


def test_1200_baud_leads_to_the_bootloader(pico: EmulatedPico) -> None:
    pico.tell(touch=True)
    assert pico.wait_for("boot") is True


def test_the_led_blinks_when_the_host_wants_to_know_which_board_this_is(pico: EmulatedPico) -> None:
    with SerialTransport(pico.port) as transport:
        link = Link(transport)
        link.hello()
        link.identify()
    assert [pico.wait_for("led") for _ in range(6)] == [True, False] * 3


def test_the_host_can_ask_for_the_bootloader(pico: EmulatedPico) -> None:
    with SerialTransport(pico.port) as transport:
        link = Link(transport)
        link.hello()
        link.reboot_to_bootloader()
    assert pico.wait_for("boot") is True


def test_a_message_that_nobody_reads_does_not_stop_the_board(pico: EmulatedPico) -> None:
    with SerialTransport(pico.port) as transport:
        link = Link(transport)
        assert link.hello().target == "pico"
        pico.tell(port=False)
        transport.write(b"\0" + b"nobody reads the answers to this" + b"\0")
    assert pico.descriptor(0x0100)[0] == 18


def test_the_uf2_carries_the_checked_second_stage(image: FirmwareImage) -> None:
    content = Path(image.image).read_bytes()
    assert len(content) % 512 == 0
    first = content[32 : 32 + 256]
    assert first == Path(image.elf).with_suffix(".bin").read_bytes()[:256]
    assert first[252:] != bytes(4)
