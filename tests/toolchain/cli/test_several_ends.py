"""Models with several inputs and outputs, from files to files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.cli import main
from tests.unit.codegen.several_ends import two_by_two, write_two_by_two

pytestmark = pytest.mark.toolchain


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_two_by_two(tmp_path / "m.onnx")


def run(model: Path, board: str, x: Path, y: Path) -> int:
    arguments = ("run", model, "--board", board, "--input", x, "--output", y, "--json")
    return main([str(argument) for argument in arguments])


@pytest.mark.parametrize("board", ["host", "virtual-pico", "virtual-nano"])
def test_run_takes_and_gives_arrays_by_name(capsys, model, tmp_path, board):
    count = 1000 if board == "host" else 20
    rng = np.random.default_rng(2)
    left = rng.standard_normal((count, 2, 4, 4), np.float32)
    right = rng.standard_normal((count, 2), np.float32)
    np.savez(tmp_path / "x.npz", **{"right/row:0": right, "left": left})
    assert run(model, board, tmp_path / "x.npz", tmp_path / "y.npz") == 0
    assert json.loads(capsys.readouterr().out)["samples"] == count
    image, row = two_by_two(left, right)
    with np.load(tmp_path / "y.npz") as y:
        assert sorted(y.files) == ["image", "row"]
        np.testing.assert_array_equal(y["image"], image)
        np.testing.assert_array_equal(y["row"], row)


@pytest.mark.parametrize(
    ("arrays", "output", "words"),
    [
        ({"left": np.zeros((1, 2, 4, 4))}, "y.npz", "has no array 'right/row:0'"),
        ({"left": np.zeros((2, 2, 4, 4)), "right/row:0": np.zeros((1, 2))}, "y.npz", "2 of 'left', 1 of"),
        ({"left": np.zeros((1, 2, 4, 4)), "right/row:0": np.zeros((1, 2))}, "y.npy", "2 outputs"),
    ],
)
def test_files_that_do_not_fit_are_explained(capsys, model, tmp_path, arrays, output, words):
    np.savez(tmp_path / "x.npz", **arrays)
    assert run(model, "host", tmp_path / "x.npz", tmp_path / output) != 0
    assert words in " ".join(capsys.readouterr().err.split())


def test_verification_takes_one_of_each(capsys, model, tmp_path):
    assert main(["deploy", str(model), "--board", "host", "--out", str(tmp_path / "out")]) != 0
    assert "verification takes one of each" in " ".join(capsys.readouterr().err.split())
