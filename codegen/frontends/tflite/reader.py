"""One file into one Graph. Operators not in `READERS` are named with their layer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from typing import Any

import numpy as np

from codegen.errors import CodegenError, all_of
from codegen.frontends.tflite.alternatives import alternative
from codegen.frontends.tflite.constants import FOLDED, float_weights, folded
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
    6: DType.BOOL,
    9: DType.INT8,
}
#: Types of shapes, axes and places.
_COUNTING = (DType.INT32, DType.INT64)


def read(path: Path) -> Graph:
    """The network in a `.tflite` file: its first subgraph.

    Raises CodegenError ``broken-file``, ``broken-graph``, ``unsupported-operator``, ``unsupported-model`` or
    ``unsupported-type``; and what Python raises where the parts of a file contradict each other.
    """
    content = path.read_bytes()
    if content[4:8] != _IDENTIFIER:
        raise CodegenError(
            "broken-file", f"{path.name} is not a TFLite model", "export it again, or pick another"
        )
    return _Reader(_unpack(content), path.stem).graph()


def _unpack(content: bytes) -> Any:
    from ai_edge_litert import schema_py_generated as schema

    return schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))


def _operator_names() -> dict[int, str]:
    from ai_edge_litert import schema_py_generated as schema

    return {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}


def _type_names() -> dict[int, str]:
    from ai_edge_litert import schema_py_generated as schema

    return {code: name for name, code in vars(schema.TensorType).items() if isinstance(code, int)}


@dataclass(frozen=True, slots=True)
class _Operator:
    """One operator of the file; tensors by their numbers, without the inputs that are left out."""

    layer: str
    kind: str
    options: Any
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


class _Reader:
    """Walks one unpacked model; holds what the operators' readers need."""

    def __init__(self, model: Any, name: str) -> None:
        self._model = model
        self._subgraph = model.subgraphs[0]
        self._name = name
        self._kinds = _operator_names()
        self._names = [f"t{i}" for i in range(len(self._subgraph.tensors))]
        self._operators = self._labelled()
        stored = zip(self._names, self._subgraph.tensors, strict=True)
        self._sparse = frozenset(name for name, raw in stored if raw.sparsity is not None)

    def graph(self) -> Graph:
        self._check_operators()
        tensors = {name: self._tensor(i) for i, name in enumerate(self._names)}
        ops: list[Op] = []
        refused: list[CodegenError] = []
        for operator in self._operators:
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
        _check_shape(raw, shape)
        data = None
        if has_data:
            stored = np.dtype(np.float16) if raw.type == _FLOAT16 else dtype.numpy
            values = np.frombuffer(bytes(content), dtype=stored)
            if raw.sparsity is not None:
                values = dense(raw.sparsity, shape, values, text(raw.name))
            data = values.reshape(shape).astype(dtype.numpy)
        return Tensor(self._names[index], shape, dtype, _quantization(raw.quantization), data)

    def _check_operators(self) -> None:
        """Before anything else: an operator that is not known may read and write what is not known either."""
        unknown = [o for o in self._operators if o.kind not in READERS and o.kind not in FOLDED]
        if unknown:
            raise all_of(
                [
                    CodegenError(
                        "unsupported-operator",
                        f"layer {o.layer!r} is a {o.kind}, which the compiler does not support",
                        alternative(o.kind),
                    )
                    for o in unknown
                ]
            )

    def _check_type(self, raw: Any, has_data: bool) -> None:
        writers = [o for o in self._operators if any(self._subgraph.tensors[n] is raw for n in o.outputs)]
        densified = any(o.kind == "DENSIFY" for o in writers)
        if raw.type in _DTYPES and (raw.type != _FLOAT16 or has_data or densified):
            return
        kind = _type_names().get(int(raw.type), f"type {raw.type} of the schema")
        told = [f"layer {o.layer!r} ({o.kind}) gives {kind}" for o in writers]
        told.append(f"the tensor {text(raw.name)!r} is {kind}")
        raise CodegenError(
            "unsupported-type",
            f"{told[0]}, a type that the compiler does not support",
            "convert the model to full int8, or to float32",
        )

    def _labelled(self) -> tuple[_Operator, ...]:
        """The file's operators, with names for people that are all different."""
        taken: set[str] = set()
        labelled = []
        for raw in self._subgraph.operators:
            kind = self._kind(raw)
            outputs = tuple(int(n) for n in raw.outputs)
            name = layer_name(text(self._subgraph.tensors[outputs[0]].name), kind)
            numbered = (f"{name}_{n}" for n in count(2))
            layer = next(x for x in chain((name,), numbered) if x not in taken)
            taken.add(layer)
            inputs = tuple(int(n) for n in raw.inputs if n >= 0)
            labelled.append(_Operator(layer, kind, raw.builtinOptions, inputs, outputs))
        return tuple(labelled)

    def _kind(self, operator: Any) -> str:
        """The operator's name in the schema; that of a custom one stands behind it."""
        code = self._model.operatorCodes[operator.opcodeIndex]
        builtin = max(int(code.builtinCode), int(code.deprecatedBuiltinCode))
        kind = self._kinds.get(builtin, str(builtin))
        return f"{kind} {text(code.customCode)}" if kind == "CUSTOM" and code.customCode else kind

    def _site(self, operator: _Operator, tensors: dict[str, Tensor]) -> Site:
        return Site(
            layer=operator.layer,
            kind=operator.kind,
            options=operator.options,
            inputs=tuple(tensors[self._names[i]] for i in operator.inputs),
            outputs=tuple(tensors[self._names[i]] for i in operator.outputs),
            stored_sparse=self._sparse,
        )


def _understood(site: Site) -> tuple[Steps, dict[str, Tensor]]:
    """The operators that it becomes, and the tensors that they need changed."""
    if site.kind not in READERS:  # one of the folded, of what is no constant
        raise site.refuse("an input that is no constant", "export the model again")
    changed = float_weights(site)
    made = READERS[site.kind](replace(site, inputs=tuple(changed.get(t.name, t) for t in site.inputs)))
    steps = made if isinstance(made, Steps) else Steps((made,))
    return bytes_moved(steps, {t.name: t for t in (*site.inputs, *site.outputs)}), changed


def _check_shape(raw: Any, shape: tuple[int, ...]) -> None:
    """Lists of axes and new shapes may be empty; what is computed with may not."""
    if min(shape, default=1) < 1 and not (len(shape) == 1 and _DTYPES[raw.type] in _COUNTING):
        raise CodegenError(
            "unsupported-model",
            f"the tensor {text(raw.name)!r} has the shape {list(shape)}, without elements",
            "convert the model with fixed shapes, and without empty parts",
        )


def _quantization(raw: Any) -> Quantization | None:
    if raw is None or raw.scale is None or len(raw.scale) == 0:
        return None
    scale = tuple(float(s) for s in raw.scale)
    zero = tuple(int(z) for z in raw.zeroPoint) if raw.zeroPoint is not None else (0,) * len(scale)
    return Quantization(scale, zero, int(raw.quantizedDimension) if len(scale) > 1 else None)
