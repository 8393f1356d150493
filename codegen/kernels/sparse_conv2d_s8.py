"""int8 convolutions on sparse and clustered weights: one kernel a storage format."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt

from codegen.graph import Conv2D, DType, Op, Rounding
from codegen.kernels.base import Field, Layer, LoweredLayer, pointer, s8, u8, u16
from codegen.kernels.requantization import weight_matrix
from codegen.kernels.stored_weights import (
    KERNEL_NAMES,
    is_fast,
    multiplied,
    row_members,
    scaling,
    sparse_refusal,
    stored_arrays,
)
from codegen.sparse import ConstantArray
from codegen.targets.board import Cpu

_PIXELS = 4
#: Cycles of an output: in assembly, and in C: at the end of a line, and where the scale is none for assembly.
_OUTPUT, _OUTPUT_IN_C = 45, 240
#: What the unsigned inputs have more than the signed ones.
_EXCESS = 128
#: Cycles of the Cortex-M0+ for four pixels: of a weight that is multiplied, and of any weight; fitted to
#: counts of single layers on the virtual board.
_CYCLES = {
    "crs8": (29.0, 0.0),
    "crs16": (27.0, 0.0),
    "bitmask": (24.0, 8.0),
    "delta4": (31.0, 0.0),
    "delta8": (28.5, 0.0),
    "codebook1": (68.0, 17.0),
    "codebook2": (68.0, 17.0),
    "codebook4": (19.4, 11.0),
}
#: The same of other CPUs where no factor fits, and what all the rest takes of the cycles there.
_CYCLES_ON = {"codebook4": {Cpu.CORTEX_M4F: (7.0, 9.5)}}
_REST_ON = {Cpu.CORTEX_M4F: 0.5}


@dataclass(frozen=True, slots=True)
class InputLines:
    """Input lines spread out channel by channel (thimble_sparse_conv2d.h): bytes a line of a channel, and how
    many lines of the kernel are still there for the next line of outputs."""

    channels: int
    kernel_height: int
    stride_width: int
    line: int
    kept: int

    @property
    def plane(self) -> int:
        """Bytes of a channel in one line."""
        return self.stride_width * self.line

    @property
    def scratch_bytes(self) -> int:
        return self.kernel_height * self.channels * self.plane


def input_lines(layer: Layer) -> InputLines:
    """Where the lines of this convolution's input go."""
    op = cast(Conv2D, layer.op)
    _, k_h, k_w, channels = layer.constant(1).shape
    out_w, in_w, stride = layer.output.shape[2], layer.input.shape[2], op.stride[1]
    outputs = -(-out_w // _PIXELS) * _PIXELS
    reached = outputs + (k_w - 1) * op.dilation[1] // stride
    filled = (in_w + op.padding.left - 1) // stride + 1
    line = -(-max(reached, filled) // 4) * 4
    shifted = op.stride[0] // op.dilation[0] if op.stride[0] % op.dilation[0] == 0 else k_h
    return InputLines(channels, k_h, stride, line, max(0, k_h - shifted))


def tap_offsets(layer: Layer, lines: InputLines) -> npt.NDArray[np.int64]:
    """``[kernel_height * kernel_width * in_channels]``: where each tap of the first pixel lies."""
    _, k_h, k_w, channels = layer.constant(1).shape
    x = np.arange(k_w) * cast(Conv2D, layer.op).dilation[1]
    in_plane = x % lines.stride_width * lines.line + x // lines.stride_width
    planes = np.arange(k_h)[:, None] * channels + np.arange(channels)
    offsets: npt.NDArray[np.int64] = planes[:, None, :] * lines.plane + in_plane[None, :, None]
    return offsets.reshape(-1)


class SparseConv2DS8:
    """A convolution with its weights in the format `encoding`."""

    serves: type[Op] = Conv2D
    dtype: DType | None = DType.INT8
    roundings = frozenset(Rounding)

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.function = f"thimble_conv2d_{KERNEL_NAMES[encoding]}_s8"

    def refusal(self, layer: Layer) -> str | None:
        if cast(Conv2D, layer.op).groups != 1:
            return "works in groups"
        reason = sparse_refusal(layer, self.encoding, _EXCESS)
        if reason is None and input_lines(layer).scratch_bytes >= 2**16:
            return "has input lines that are too long"
        return reason

    def lower(self, layer: Layer) -> LoweredLayer:
        matrix, lines = weight_matrix(layer), input_lines(layer)
        _, k_h, k_w, _ = layer.constant(1).shape
        arrays = self._arrays(layer, lines)
        table, output = scaling(layer, cast(Conv2D, layer.op).rounding, _EXCESS)
        fields = (
            *(pointer(array.role) for array in arrays),
            *row_members(self.encoding, matrix, "taps"),
            *_shared(layer, lines, output),
        )
        sizes = ("x".join(str(n) for n in t.shape[1:]) for t in (layer.input, layer.output))
        nonzero = int(np.count_nonzero(matrix))
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{k_h}x{k_w} convolution, {' -> '.join(sizes)}, {nonzero} of {matrix.size} weights are"
            " not zero",
            fields=fields,
            constants=(*arrays, table),
            cycles=self._cycles(layer, lines, _CYCLES[self.encoding]),
            cycles_on={
                cpu: self._cycles(layer, lines, costs, _REST_ON[cpu])
                for cpu, costs in _CYCLES_ON.get(self.encoding, {}).items()
            },
            scratch_bytes=lines.scratch_bytes,
        )

    def _arrays(self, layer: Layer, lines: InputLines) -> tuple[ConstantArray, ...]:
        """Those of the format, and where the taps lie; 16-bit columns are replaced by that right away."""
        arrays = stored_arrays(self.encoding, weight_matrix(layer))
        offsets = tap_offsets(layer, lines).astype(np.uint16)
        if self.encoding != "crs16":
            return (*arrays, ConstantArray("offsets", offsets))
        values, columns, counts = arrays
        return values, ConstantArray("offsets", offsets[columns.data]), counts

    def _line_cycles(self, layer: Layer, width: int) -> int:
        """Of the outputs of a channel in a line."""
        _, members = scaling(layer, cast(Conv2D, layer.op).rounding, _EXCESS)
        fast = width // _PIXELS * _PIXELS if is_fast(members) else 0
        return fast * _OUTPUT + (width - fast) * _OUTPUT_IN_C

    def _cycles(self, layer: Layer, lines: InputLines, costs: tuple[float, float], rest: float = 1.0) -> int:
        matrix = weight_matrix(layer)
        _, height, width, _ = layer.output.shape
        a_product, a_weight = costs
        groups = height * -(-width // _PIXELS)
        products = a_product * multiplied(self.encoding, matrix) + a_weight * matrix.size
        spread = lines.channels * layer.input.shape[2] * (lines.kernel_height - lines.kept) * 10
        moved = lines.kept * lines.channels * lines.plane
        outputs = (groups * _OUTPUT + height * self._line_cycles(layer, width)) * len(matrix)
        return round(groups * products + rest * (outputs + height * (spread + 1.2 * moved)))


def _shared(layer: Layer, lines: InputLines, output: tuple[Field, ...]) -> tuple[Field, ...]:
    """thimble_sparse_conv2d."""
    op = cast(Conv2D, layer.op)
    _, in_h, in_w, in_c = layer.input.shape
    _, out_h, out_w, out_c = layer.output.shape
    members = (
        *(replace(f, name=f"output.{f.name}") for f in (pointer("scaling"), *output)),
        u16("in_height", in_h), u16("in_width", in_w), u16("in_channels", in_c),
        u16("out_height", out_h), u16("out_width", out_w), u16("out_channels", out_c),
        u16("line", lines.line),
        u8("kernel_height", lines.kernel_height), u8("kept_lines", lines.kept),
        u8("stride_height", op.stride[0]), u8("stride_width", op.stride[1]),
        u8("dilation_height", op.dilation[0]),
        u8("pad_top", op.padding.top), u8("pad_left", op.padding.left),
        s8("input_zero", layer.quantization(layer.input).zero_point[0]),
    )  # fmt: skip
    return tuple(replace(f, name=f"layer.{f.name}") for f in members)
