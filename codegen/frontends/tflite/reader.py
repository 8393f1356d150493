"""One file into one Graph. Operators not in `READERS` are named with their layer."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from codegen.errors import CodegenError, all_of
from codegen.frontends.tflite.constants import float_weights, folded
from codegen.frontends.tflite.moved import bytes_moved
from codegen.frontends.tflite.naming import layer_name, text
from codegen.frontends.tflite.operators import READERS
from codegen.frontends.tflite.site import Site
from codegen.frontends.tflite.sparsity import dense
from codegen.frontends.tflite.steps import Steps
from codegen.graph import DType, Graph, Op, Quantization, Tensor, verify

_IDENTIFIER = b"TFL3"
_FLOAT16 = 1
_DTYPES = {
    0: DType.FLOAT32,
    _FLOAT16: DType.FLOAT32,  # constants alone, read as float32
    2: DType.INT32,
    3: DType.UINT8,
    4: DType.INT64,
    9: DType.INT8,
}


def read(path: Path) -> Graph:
    """The network in a `.tflite` file: its first subgraph.

    Raises CodegenError ``broken-file``, ``unsupported-operator`` or ``unsupported-type``.
    """
    content = path.read_bytes()
    if content[4:8] != _IDENTIFIER:
        raise CodegenError(
            "broken-file", f"{path.name} is not a TFLite model", "export it again, or pick another"
        )
    try:
        model = _unpack(content)
        return _Reader(model, path.stem).graph()
    except (struct.error, IndexError, ValueError, TypeError, AttributeError) as error:
        raise CodegenError(
            "broken-file",
            f"{path.name} is damaged: it says it is a TFLite model, but its parts do not fit together",
            "export the model again, or copy it once more",
        ) from error


def _unpack(content: bytes) -> Any:
    from ai_edge_litert import schema_py_generated as schema

    return schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))


def _operator_names() -> dict[int, str]:
    from ai_edge_litert import schema_py_generated as schema

    return {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}


class _Reader:
    """Walks one unpacked model; holds what the operators' readers need."""

    def __init__(self, model: Any, name: str) -> None:
        self._model = model
        self._subgraph = model.subgraphs[0]
        self._name = name
        self._kinds = _operator_names()
        self._names = [f"t{i}" for i in range(len(self._subgraph.tensors))]
        self._taken: dict[str, int] = {}
        stored = zip(self._names, self._subgraph.tensors, strict=True)
        self._sparse = frozenset(name for name, raw in stored if raw.sparsity is not None)

    def graph(self) -> Graph:
        tensors = {name: self._tensor(i) for i, name in enumerate(self._names)}
        ops: list[Op] = []
        refused: list[CodegenError] = []
        for operator in self._subgraph.operators:
            site = self._site(operator, tensors)
            constant = folded(site)
            if constant is not None:
                tensors[constant.name] = constant
                continue
            try:
                steps, changed = _understood(site)
            except CodegenError as error:
                refused.append(error)
                continue
            ops += steps.ops
            tensors.update({**changed, **{tensor.name: tensor for tensor in steps.tensors}})
        if refused:
            raise all_of(refused)
        graph = Graph(
            name=self._name,
            tensors=tensors,
            ops=tuple(ops),
            inputs=tuple(self._names[i] for i in self._subgraph.inputs),
            outputs=tuple(self._names[i] for i in self._subgraph.outputs),
        ).pruned()
        return verify(graph)

    def _tensor(self, index: int) -> Tensor:
        raw = self._subgraph.tensors[index]
        content = self._model.buffers[raw.buffer].data
        has_data = content is not None and len(content) > 0
        self._check_type(raw, has_data)
        dtype = _DTYPES[raw.type]
        shape = tuple(int(n) for n in raw.shape) if raw.shape is not None else ()
        data = None
        if has_data:
            stored = np.dtype(np.float16) if raw.type == _FLOAT16 else dtype.numpy
            values = np.frombuffer(bytes(content), dtype=stored)
            if raw.sparsity is not None:
                values = dense(raw.sparsity, shape, values, text(raw.name))
            data = values.reshape(shape).astype(dtype.numpy)
        return Tensor(self._names[index], shape, dtype, _quantization(raw.quantization), data)

    def _check_type(self, raw: Any, has_data: bool) -> None:
        label = text(raw.name)
        if raw.type not in _DTYPES or (raw.type == _FLOAT16 and not has_data and not self._densified(raw)):
            raise CodegenError(
                "unsupported-type",
                f"the tensor {label!r} has a type that the compiler does not know (TFLite type {raw.type})",
                "convert the model to full int8, or to float32",
            )

    def _densified(self, raw: Any) -> bool:
        """Whether a DENSIFY gives the tensor: a constant that the file holds in another form."""
        written = [
            self._subgraph.tensors[o.outputs[0]]
            for o in self._subgraph.operators
            if self._kind(o) == "DENSIFY"
        ]
        return any(raw is tensor for tensor in written)

    def _kind(self, operator: Any) -> str:
        """The operator's name in the schema."""
        code = self._model.operatorCodes[operator.opcodeIndex]
        builtin = max(int(code.builtinCode), int(code.deprecatedBuiltinCode))
        return self._kinds.get(builtin, str(builtin))

    def _site(self, operator: Any, tensors: dict[str, Tensor]) -> Site:
        kind = self._kind(operator)
        output = self._subgraph.tensors[operator.outputs[0]]
        return Site(
            layer=self._unique(layer_name(text(output.name), kind)),
            kind=kind,
            options=operator.builtinOptions,
            inputs=tuple(tensors[self._names[i]] for i in operator.inputs if i >= 0),
            outputs=tuple(tensors[self._names[i]] for i in operator.outputs),
            stored_sparse=self._sparse,
        )

    def _unique(self, name: str) -> str:
        count = self._taken.get(name, 0)
        self._taken[name] = count + 1
        return name if count == 0 else f"{name}_{count + 1}"


def _understood(site: Site) -> tuple[Steps, dict[str, Tensor]]:
    """The operators that it becomes, and the tensors that they need changed."""
    reader = READERS.get(site.kind)
    if reader is None:
        raise CodegenError(
            "unsupported-operator",
            f"layer {site.layer!r} is a {site.kind}, which the compiler does not support yet",
            f"replace the layer; supported are {', '.join(sorted(READERS))}",
        )
    changed = float_weights(site)
    made = reader(replace(site, inputs=tuple(changed.get(t.name, t) for t in site.inputs)))
    steps = made if isinstance(made, Steps) else Steps((made,))
    return bytes_moved(steps, {t.name: t for t in (*site.inputs, *site.outputs)}), changed


def _quantization(raw: Any) -> Quantization | None:
    if raw is None or raw.scale is None or len(raw.scale) == 0:
        return None
    scale = tuple(float(s) for s in raw.scale)
    zero = tuple(int(z) for z in raw.zeroPoint) if raw.zeroPoint is not None else (0,) * len(scale)
    return Quantization(scale, zero, int(raw.quantizedDimension) if len(scale) > 1 else None)
