"""Constants that the file holds in a smaller form, as the numbers that they stand for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from codegen.frontends.tflite.site import Site
from codegen.graph import Array, DType, Quantization, Tensor

_STORED = (DType.INT8, DType.UINT8)

#: Of constants these are read as constants.
FOLDED = ("DEQUANTIZE", "DENSIFY")


def folded(site: Site) -> Tensor | None:
    """What a DEQUANTIZE or DENSIFY of a constant gives, or None for other operators.

    float16 weights are stored so, and sparse ones, which are read as dense.
    """
    if site.kind not in FOLDED or site.inputs[0].data is None:
        return None
    if site.kind == "DENSIFY":
        return replace(site.outputs[0], data=site.inputs[0].data, dtype=site.inputs[0].dtype)
    return replace(site.outputs[0], data=_real(site.inputs[0]), dtype=DType.FLOAT32, quantization=None)


def float_weights(site: Site) -> dict[str, Tensor]:
    """int8 weights of an operator that computes with floats (dynamic range), as floats.

    TFLite would quantize the activations to int8 at run time; computing with floats is more exact.
    """
    if not site.inputs or site.inputs[0].dtype is not DType.FLOAT32:
        return {}
    stored = [t for t in site.inputs[1:] if t.dtype in _STORED and t.quantization and t.data is not None]
    return {t.name: replace(t, data=_real(t), dtype=DType.FLOAT32, quantization=None) for t in stored}


def _real(tensor: Tensor) -> Array:
    """scale · (q − zero point), or the values themselves."""
    data = np.asarray(tensor.data)
    if tensor.quantization is None:
        return data.astype(np.float32)
    scale, zero = (_along(tensor, n) for n in (tensor.quantization.scale, tensor.quantization.zero_point))
    return np.asarray((data.astype(np.float32) - zero) * scale, np.float32)


def _along(tensor: Tensor, values: tuple[float, ...] | tuple[int, ...]) -> Array:
    """Values per channel, shaped to multiply the tensor."""
    quantization: Quantization | None = tensor.quantization
    axis = quantization.axis if quantization else None
    shape = [1] * len(tensor.shape)
    if axis is not None:
        shape[axis] = len(values)
    return np.asarray(values, np.float32).reshape(shape)
