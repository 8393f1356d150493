"""The Pi makes the same inputs of the files as this computer."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from codegen.frontends import load_graph
from codegen.graph import Quantization
from core.boards.quantization import quantize
from core.data.scaling import PIXELS, Normalization, find_normalization, measure
from core.pi.inputs import as_pixels, write_samples
from core.pi.preparing import RUNNER
from core.pi.runner import thimble_pi as runner
from core.recipe import Scaling
from tests.unit.cli.models import write_int8_tflite


def _scaled(pixels: np.ndarray[Any, Any], scaling: Scaling) -> tuple[np.ndarray[Any, Any], Normalization]:
    raw = pixels.astype(np.float32)
    how = find_normalization("x", scaling, PIXELS, measure("x", "test", raw, lambda *_: None))
    return how(raw), how


@pytest.mark.parametrize("scaling", [Scaling.UNIT, Scaling.SYMMETRIC, Scaling.STANDARDIZE, Scaling.PIXELS])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("channels_first", [False, True])
def test_pictures_become_the_same_inputs(
    tmp_path: Path, scaling: Scaling, channels: int, channels_first: bool
) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (4, 6, 5, channels), np.uint8)
    values, how = _scaled(pixels, scaling)
    again = as_pixels(values, how)
    assert again is not None
    assert (again == pixels).all()
    quantization = Quantization((0.017,), (-5,))
    for number, picture in enumerate(again):
        Image.fromarray(picture[:, :, 0] if channels == 1 else picture).save(tmp_path / f"{number}.png")
    shape = [1, channels, 6, 5] if channels_first else [1, 6, 5, channels]
    preparation = runner.Preparation(
        {
            "shift": how.shift, "divisor": how.divisor, "quantization": [0.017, -5], "dtype": "int8",
            "shape": shape, "channels_first": channels_first,
        },
        pictures=True,
    )  # fmt: skip
    wanted = quantize(values, quantization, np.dtype(np.int8))
    if channels_first:
        wanted = wanted.transpose(0, 3, 1, 2)
    for number in range(len(values)):
        assert (preparation.load(str(tmp_path / f"{number}.png")) == wanted[number]).all()


def test_what_decodes_pictures_is_there_before_anything_is_timed(tmp_path: Path) -> None:
    """In a process of its own, as on the Pi: this one has imported Pillow already."""
    script = """
import sys, thimble_pi as engines
wanted = {"shift": [0], "divisor": [1], "dtype": "float32", "shape": [1, 4]}
engines.Preparation(wanted)
assert "PIL" not in sys.modules
preparation = engines.Preparation(wanted, pictures=True)
there = set(sys.modules)
assert "PIL.PngImagePlugin" in there
preparation.load(sys.argv[1])
assert set(sys.modules) == there, set(sys.modules) - there
"""
    Image.fromarray(np.zeros((2, 2), np.uint8)).save(tmp_path / "0.png")
    command = [sys.executable, "-c", script, str(tmp_path / "0.png")]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(RUNNER.parent)})


def test_what_is_no_picture_goes_as_an_array() -> None:
    how = Normalization(Scaling.UNIT, (0.0,), (255.0,), PIXELS)
    halves = np.full((2, 4, 4, 1), 0.5 / 255, np.float32)
    assert as_pixels(halves, how) is None
    assert as_pixels(halves.reshape(2, 16), how) is None
    assert as_pixels(np.full((2, 4, 4, 1), 2.0, np.float32), how) is None
    assert as_pixels(np.zeros((2, 4, 4, 2), np.float32), how) is None


def test_quantizing_rounds_as_on_the_desktop() -> None:
    values = np.random.default_rng(0).normal(0, 3, 10_000).astype(np.float32)
    ties = (np.arange(-200, 200) + np.float32(0.5)) * np.float32(0.25)
    values = np.concatenate([values, ties, [np.float32(0.49999997) * np.float32(0.25)]]).astype(np.float32)
    preparation = runner.Preparation(
        {"shift": [0], "divisor": [1], "quantization": [0.25, 3], "dtype": "int8", "shape": [-1]}
    )
    wanted = quantize(values, Quantization((0.25,), (3,)), np.dtype(np.int8))
    assert (preparation.quantized(values) == wanted).all()


def test_arrays_are_in_the_models_own_type_and_the_archive_is_the_same_every_time(tmp_path: Path) -> None:
    graph = load_graph(write_int8_tflite(tmp_path / "tiny.tflite"))
    floats = np.random.default_rng(0).normal(0, 1, (3, 4)).astype(np.float32)
    files = write_samples(tmp_path, graph, floats)
    assert files.digest == write_samples(tmp_path, graph, floats).digest
    assert files.x.dtype == np.int8
    assert not files.as_pictures
    with tarfile.open(files.archive) as archive:
        archive.extractall(tmp_path / "on-the-pi", filter="data")
    preparation = runner.Preparation(files.preparation)
    loaded = [preparation.load(str(tmp_path / "on-the-pi" / name))[0] for name in files.names]
    assert (np.stack(loaded) == files.x).all()
