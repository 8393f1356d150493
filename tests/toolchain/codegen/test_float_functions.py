"""Float functions on this computer against NumPy in double precision: one program for all of a range."""

from __future__ import annotations

import numpy as np
import pytest

import codegen.graph as operators
from codegen.compiler import compile_model
from codegen.firmware import build_firmware
from codegen.graph import Concat, DType, Graph, Power, Tensor
from codegen.targets.board import find_board
from core.boards.session import run_samples
from core.paths import cache_dir

pytestmark = pytest.mark.toolchain

SAMPLES = 2000
EVERYWHERE = {
    **{name: getattr(np, name.lower()) for name in ("Sin", "Cos", "Sinh", "Cosh", "Floor", "Ceil", "Sign")},
    "Round": np.rint,
    "Atan": np.arctan,
    "Asinh": np.arcsinh,
}
RANGES = {
    "around zero": (-8.0, 8.0, EVERYWHERE),
    "within one": (-0.999, 0.999, {"Asin": np.arcsin, "Acos": np.arccos, "Atanh": np.arctanh, "Tan": np.tan}),
    "above one": (1.0, 3000.0, {"Acosh": np.arccosh, "Asinh": np.arcsinh, "Sin": np.sin, "Atan": np.arctan}),
    "many turns": (1e5, 1e30, {"Sin": np.sin, "Cos": np.cos}),
}


def _outputs(ops, tensors, x, folder):
    joined = Tensor("joined", (1, len(ops) * SAMPLES), DType.FLOAT32)
    joint = Concat("joint", tuple(op.outputs[0] for op in ops), ("joined",), 1)
    known = {t.name: t for t in (*tensors, joined)}
    graph = Graph("functions", known, (*ops, joint), ("x",), ("joined",))
    board = find_board("host")
    image = build_firmware(compile_model(graph, board), folder, cache_dir())
    given = np.ascontiguousarray(run_samples(image, board, x).outputs).view(np.float32)
    return given.reshape(len(ops), SAMPLES).astype(float)


def _row(name):
    return Tensor(name, (1, SAMPLES), DType.FLOAT32)


@pytest.mark.parametrize("name", RANGES)
def test_functions_of_one_element(name, tmp_path):
    low, high, functions = RANGES[name]
    x = np.random.default_rng(0).uniform(low, high, (1, SAMPLES)).astype(np.float32)
    ops = [getattr(operators, kind)(kind, ("x",), (kind,)) for kind in functions]
    given = _outputs(ops, [_row("x"), *(_row(kind) for kind in functions)], x, tmp_path)
    for kind, y in zip(functions, given, strict=True):
        r = functions[kind](x[0].astype(float))
        assert np.max(np.abs(y - r)) <= 1e-5 * np.max(np.abs(r)), kind


def test_powers_of_every_kind(tmp_path):
    rng = np.random.default_rng(1)
    x = rng.uniform(0.05, 6.0, (1, SAMPLES)).astype(np.float32)
    exponents = [rng.uniform(-9, 9, (1, SAMPLES)), rng.integers(-6, 7, (1, SAMPLES)), np.full((1, 1), 0.75)]
    tensors, ops = [_row("x")], []
    for n, exponent in enumerate(exponents):
        data = exponent.astype(np.float32)
        tensors += [Tensor(f"e{n}", data.shape, DType.FLOAT32, None, data), _row(f"y{n}")]
        ops.append(Power(f"power{n}", ("x", f"e{n}"), (f"y{n}",)))
    for y, exponent in zip(_outputs(ops, tensors, x, tmp_path), exponents, strict=True):
        r = np.power(x[0].astype(float), exponent.astype(np.float32)[0].astype(float))
        assert np.max(np.abs(y - r) / r) <= 1e-5
