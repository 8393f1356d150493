"""The ranges that the tensors of a float ONNX model reach on samples. For worker processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from core.data.dataset import FloatArray
from core.errors import ThimbleError

#: Samples in one run of the model: few, since a large network holds much for each.
_BATCH = 8

Ranges = dict[str, tuple[float, float]]


def measured_ranges(model: Any, tensors: Sequence[str], samples: Iterable[FloatArray]) -> Ranges:
    """Smallest and largest value of each tensor; `samples` have no batch axis, and what they raise ends it.

    `model` is an ``onnx.ModelProto`` with one input, whose batch is open; tensors of other types than float32
    are left out. Raises ThimbleError ``not-a-number`` for a tensor that is not finite.
    """
    import onnxruntime

    probed, names = _with_probes(model, tensors)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        probed.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    source = session.get_inputs()[0].name
    found: list[list[tuple[float, float]]] = [[] for _ in names]
    for batch in _batches(samples):
        values = [float(value) for value in session.run(None, {source: batch})]
        for place, pair in enumerate(zip(values[::2], values[1::2], strict=True)):
            found[place].append(pair)
    ranges = {
        name: (min(low for low, _ in pairs), max(high for _, high in pairs))
        for name, pairs in zip(names, found, strict=True)
    }
    for name, pair in ranges.items():
        if not np.all(np.isfinite(pair)):
            raise ThimbleError(
                "not-a-number",
                f"the model computes values that are no numbers at {name!r}",
                "train it with a smaller learning rate, or look for wrong values in the data",
            )
    return ranges


def _with_probes(model: Any, tensors: Sequence[str]) -> tuple[Any, list[str]]:
    """A copy whose outputs are the least and the greatest value of each float tensor, in turn."""
    import onnx
    from onnx import TensorProto, helper

    inferred = onnx.shape_inference.infer_shapes(model)
    known = [*inferred.graph.value_info, *inferred.graph.input, *inferred.graph.output]
    floats = {info.name for info in known if info.type.tensor_type.elem_type == TensorProto.FLOAT}
    names = [name for name in tensors if name in floats]
    probed = onnx.ModelProto()
    probed.CopyFrom(model)
    del probed.graph.output[:]
    for name in names:
        for kind in ("ReduceMin", "ReduceMax"):
            probe = f"{name}/{kind}"
            probed.graph.node.append(helper.make_node(kind, [name], [probe], name=probe, keepdims=0))
            probed.graph.output.append(helper.make_tensor_value_info(probe, TensorProto.FLOAT, []))
    return probed, names


def _batches(samples: Iterable[FloatArray]) -> Iterator[FloatArray]:
    held: list[FloatArray] = []
    for sample in samples:
        held.append(sample)
        if len(held) == _BATCH:
            yield np.stack(held)
            held = []
    if held:
        yield np.stack(held)
