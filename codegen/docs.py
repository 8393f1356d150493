"""What the compiler computes, from its registries: ``python -m codegen.docs docs/operators.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from codegen.frontends.onnx.folding import FOLDED
from codegen.frontends.onnx.model_file import OLDEST_OPSET
from codegen.frontends.onnx.operators import READERS as ONNX_READERS
from codegen.frontends.tflite.operators import READERS
from codegen.graph import DType, Op
from codegen.graph.shapes import SHAPE_RULES
from codegen.kernels import KERNELS

_TEXT = """\
# Operators

Written by `python -m codegen.docs docs/operators.md` from the compiler's registries; a test holds it to them.

{served} of the {known} operators that the compiler knows can be computed on every board: {int8} in int8, with
the arithmetic of the TFLite reference kernels, and {floats} in float, within 1e-5 of the largest number of an
output. What a layer must keep beyond its type (scales, axes) is told by `thimble inspect`, with the layer's
name.

| operator | int8 | float | storage of weights |
|---|---|---|---|
{rows}

## From TFLite

{readers} operators of the schema are read: {names}.

Weights in float16 and in dynamic-range int8 become floats when the file is read, and sparse tensors dense
ones: the compiler then chooses its own storage. Comparisons, choices and products along axes are not computed
in int8; `inspect` names them.

## From ONNX

{onnx_readers} operators of the operator set {oldest_opset} and newer are read (older files are converted):
{onnx_names}.

{folded} more are read where they follow from constants alone: {folded_names}.

A layer between DequantizeLinear and QuantizeLinear is computed in int8 where the table above has code for it
and its constants were integers; `inspect` and `plan` name the layers that stay float, with the reason.
[onnx-node-tests.md](onnx-node-tests.md) tells which of the node tests of the onnx package pass.
"""


def operators_markdown() -> str:
    """The whole page."""
    rows = [_row(op) for op in sorted(SHAPE_RULES, key=lambda op: op.__name__)]
    served = [row for row in rows if row.count("yes")]
    return _TEXT.format(
        served=len(served),
        known=len(rows),
        int8=sum(_serves(op, DType.INT8) for op in SHAPE_RULES),
        floats=sum(_serves(op, DType.FLOAT32) for op in SHAPE_RULES),
        rows="\n".join(rows),
        readers=len(READERS),
        names=_listed(READERS),
        onnx_readers=len(ONNX_READERS),
        oldest_opset=OLDEST_OPSET,
        onnx_names=_listed(ONNX_READERS),
        folded=len(FOLDED - ONNX_READERS.keys()),
        folded_names=_listed(FOLDED - ONNX_READERS.keys()),
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _serves(op: type[Op], dtype: DType) -> bool:
    return any(k.serves is op and k.dtype in (None, dtype) for k in KERNELS)


def _row(op: type[Op]) -> str:
    cells = ["yes" if _serves(op, dtype) else "–" for dtype in (DType.INT8, DType.FLOAT32)]
    forms = sorted({k.encoding for k in KERNELS if k.serves is op and k.encoding != "none"})
    return f"| {op.__name__} | {' | '.join(cells)} | {', '.join(forms) or '–'} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(operators_markdown(), encoding="utf-8", newline="\n")
