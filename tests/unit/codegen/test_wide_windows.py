"""Windows as wide as in networks for sound: the portable kernels take them, the quick ones step back."""

from __future__ import annotations

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.errors import CodegenError
from codegen.graph import AveragePool2D, Conv2D, DType, Graph, Quantization, Tensor
from codegen.options import BuildOptions
from codegen.targets.board import find_board

_BOARDS = ("host", "virtual-pico", "virtual-nano")
_SCALE = Quantization((0.05,), (3,))


def line(dtype: DType, taps: int, stride: int, width: int = 2000) -> Graph:
    """A convolution of 4 channels along one axis, with few weights that are not 0, and a mean of the rest."""
    scale = _SCALE if dtype is DType.INT8 else None
    weights = np.zeros((4, 1, taps, 4), dtype.numpy)
    weights[:, :, ::50] = 1
    places = (width - taps) // stride + 1
    tensors = (
        Tensor("x", (1, 1, width, 4), dtype, scale),
        Tensor("w", weights.shape, dtype, Quantization((0.01,), (0,)) if scale else None, weights),
        Tensor("y", (1, 1, places, 4), dtype, scale),
        Tensor("z", (1, 1, 1, 4), dtype, scale),
    )
    ops = (
        Conv2D("front_end", ("x", "w"), ("y",), (1, stride)),
        AveragePool2D("mean", ("y",), ("z",), (1, places), (1, places)),
    )
    return Graph("sound", {t.name: t for t in tensors}, ops, ("x",), ("z",))


@pytest.mark.parametrize("board", _BOARDS)
@pytest.mark.parametrize("dtype", [DType.INT8, DType.FLOAT32])
@pytest.mark.parametrize("encoding", ["auto", "crs", "fastest"])
def test_a_wide_window_is_computed_everywhere(board, dtype, encoding):
    compilation = compile_model(line(dtype, 300, 3), find_board(board), BuildOptions(encoding=encoding))
    assert [layer.op.name for layer in compilation.layers] == ["front_end", "mean"]


def test_a_narrow_one_keeps_its_quick_kernel():
    options = BuildOptions(encoding="dense")
    compilation = compile_model(line(DType.FLOAT32, 30, 160), find_board("virtual-nano"), options)
    assert "_m4" in compilation.layers[0].function


def test_what_no_kernel_has_room_for_is_named():
    with pytest.raises(CodegenError) as caught:
        compile_model(line(DType.FLOAT32, 70_000, 1, 70_010), find_board("host"))
    assert caught.value.code == "unsupported-size"
    assert "'front_end' (Conv2D)" in caught.value.what
    assert caught.value.hint
