"""The model as a program on this computer."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from core.boards.counts import NO_COUNTS
from core.boards.host import HostProgram
from core.boards.session import run_samples
from core.errors import ThimbleError
from tests.toolchain.boards.fake_model import (
    HOST,
    INPUT_BYTES,
    OUTPUT_BYTES,
    FakeImage,
    build_for_host,
    expected_output,
    misbehaving,
)

pytestmark = pytest.mark.toolchain


def samples(count: int) -> np.ndarray:
    return np.random.default_rng(1).integers(-128, 128, (count, INPUT_BYTES), dtype=np.int8)


def test_outputs_are_the_models(host_image: FakeImage) -> None:
    x = samples(5)
    result = run_samples(host_image, HOST, x)
    for output, sample in zip(result.outputs, x, strict=True):
        np.testing.assert_array_equal(output, expected_output(sample))
    assert not result.estimated
    assert result.counts == NO_COUNTS
    assert all(latency_s >= 0 for latency_s in result.latencies_s)


def test_raw_bytes_in_raw_bytes_out(host_image: FakeImage) -> None:
    """Without --timed it is a plain filter; every byte value passes, line ends and byte 26 too."""
    x = np.tile(np.arange(256, dtype=np.uint8).view(np.int8), 9)[: 2 * INPUT_BYTES].reshape(2, -1)
    done = subprocess.run([host_image.elf], input=x.tobytes(), capture_output=True, check=True)
    assert done.stdout == b"".join(expected_output(sample).tobytes() for sample in x)


def test_a_cut_off_input_is_an_error(host_image: FakeImage) -> None:
    done = subprocess.run([host_image.elf], input=bytes(INPUT_BYTES + 1), capture_output=True, check=False)
    assert done.returncode == 2
    assert len(done.stdout) == OUTPUT_BYTES


@pytest.mark.parametrize("statements", ["__builtin_trap();", "for (volatile int i = 0;;) i++;"])
def test_a_failing_program_is_explained(tmp_path: Path, statements: str) -> None:
    image = build_for_host(tmp_path, misbehaving(statements))
    with HostProgram(image.elf, answer_s=1.0) as program, pytest.raises(ThimbleError) as caught:
        program.infer(bytes(INPUT_BYTES))
    assert caught.value.code == "host-program"


def test_a_missing_or_foreign_program_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ThimbleError, match="does not start"), HostProgram(tmp_path / "none"):
        pass
    silent = tmp_path / "silent.sh"
    silent.write_text("#!/bin/sh\necho hello\n")
    silent.chmod(0o755)
    with pytest.raises(ThimbleError, match="ended early"), HostProgram(silent):
        pass
