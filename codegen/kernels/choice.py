"""Which kernels can compute a layer, and which of them it takes when asked alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from codegen.errors import CodegenError
from codegen.graph import Graph, Op
from codegen.kernels.base import (
    DenseAlternative,
    Kernel,
    Layer,
    LoweredLayer,
    serves_cpu,
    serves_rounding,
)
from codegen.kernels.cycles import with_cycles_on
from codegen.kernels.registry import KERNELS
from codegen.kernels.stored_weights import KERNEL_NAMES, paying_encodings
from codegen.sparse import ENCODINGS
from codegen.targets.board import Cpu


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """What a layer takes when it is asked alone, and all that it may take, `alone` included."""

    alone: LoweredLayer
    allowed: tuple[LoweredLayer, ...]


def choose_kernel(layer: Layer, encoding: str, cpu: Cpu, scratch_limit_bytes: int) -> Choice:
    """The layer in the storage that takes the least flash under this `encoding`, through the kernel for it
    that takes the fewest cycles on `cpu` and no more scratch memory than `scratch_limit_bytes`; and what else
    it may take where the whole network is better off (codegen/kernels/network_choice.py).

    `fastest` asks for the fewest cycles alone, and leaves nothing else. A forced encoding applies to the
    layers that have a kernel for it; the others stay as with `dense`.
    Raises CodegenError ``unsupported-operator`` or ``unsupported-size`` naming the layer and the reason.
    """
    serving = [k for k in KERNELS if _serves(k, layer.op, cpu)]
    typed = [k for k in serving if k.dtype in (None, layer.input.dtype)]
    if encoding in _CHOOSING:
        typed = _worth_trying(typed, layer)
    refusals = [k.refusal(layer) for k in typed]
    able = [k for k, refusal in zip(typed, refusals, strict=True) if refusal is None]
    if not able:
        raise _unsupported(layer, serving, refusals)
    # Scales of a damaged file overflow single precision; what comes of it is refused as a factor.
    with np.errstate(all="ignore"):
        lowered = _lowered([k for k in able if k.encoding in (*ENCODINGS[encoding], *_PLAIN)], layer, cpu)
    fitting = [x for x in lowered if x.scratch_bytes <= scratch_limit_bytes]
    wanted = [x for x in fitting if x.encoding in ENCODINGS[encoding]]
    plain = [x for x in fitting if x.encoding in _PLAIN]
    if not fitting:
        raise _unsupported(layer, serving, ["needs more scratch memory than the network leaves"])
    choice = _CHOOSING.get(encoding, _smallest)(wanted or plain)
    return Choice(_beside_dense(choice.alone, plain), tuple(_beside_dense(x, plain) for x in choice.allowed))


def _lowered(kernels: list[Kernel], layer: Layer, cpu: Cpu) -> list[LoweredLayer]:
    """By each of the kernels whose parameters have room for the layer. Raises CodegenError, which names the
    layer, where none has."""
    made, refused = [], []
    for kernel in kernels:
        try:
            made.append(with_cycles_on(cpu, kernel.lower(layer)))
        except CodegenError as error:
            refused.append(error)
    if refused and not made:
        raise _of_layer(layer, refused[0])
    return made


def _of_layer(layer: Layer, error: CodegenError) -> CodegenError:
    name = repr(layer.op.name)
    named = error.what if name in error.what else f"layer {name} ({layer.op.kind}): {error.what}"
    return CodegenError(error.code, named, error.hint)


def _smallest(layers: list[LoweredLayer]) -> Choice:
    plain = [x for x in layers if x.encoding in _PLAIN]
    paying = [x for x in layers if not plain or _pays(x, _fastest(plain))]
    encoding = min(paying, key=lambda x: (x.weights_bytes, x.cycles)).encoding
    return Choice(_fastest([x for x in layers if x.encoding == encoding]), tuple(paying))


def _pays(layer: LoweredLayer, dense: LoweredLayer) -> bool:
    """Whether the flash that a storage saves is worth its time: a slower one has to save a fair part."""
    limit_bytes = dense.weights_bytes * (1.0 - _LEAST_SAVED)
    return layer.cycles <= dense.cycles or layer.encoding in _PLAIN or layer.weights_bytes <= limit_bytes


def _fastest(layers: list[LoweredLayer]) -> LoweredLayer:
    return min(layers, key=lambda x: (x.cycles, x.weights_bytes))


def _quickest(layers: list[LoweredLayer]) -> Choice:
    fastest = _fastest(layers)
    return Choice(fastest, (fastest,))


#: Of a layer's bytes, what a storage that is slower than dense weights must save to be taken by itself.
_LEAST_SAVED = 0.25
#: The encodings that choose for each layer among all formats that can be smaller, and how.
_CHOOSING: dict[str, Callable[[list[LoweredLayer]], Choice]] = {"auto": _smallest, "fastest": _quickest}
_PLAIN = ("dense", "none")


def _beside_dense(layer: LoweredLayer, plain: list[LoweredLayer]) -> LoweredLayer:
    if layer.encoding in _PLAIN or not plain:
        return layer
    dense = _fastest(plain)
    return replace(layer, dense=DenseAlternative(dense.weights_bytes, dense.cycles))


def in_place_operators(graph: Graph, cpu: Cpu) -> frozenset[str]:
    """The operators that may write over an input of the output's shape, whichever kernel serves them."""
    return frozenset(op.name for op in graph.ops if _is_in_place(Layer(graph, op), cpu))


def _is_in_place(layer: Layer, cpu: Cpu) -> bool:
    serving = [k for k in KERNELS if _serves(k, layer.op, cpu) and k.dtype in (None, layer.input.dtype)]
    return bool(serving) and all(getattr(kernel, "in_place", False) for kernel in serving)


def _serves(kernel: Kernel, op: Op, cpu: Cpu) -> bool:
    return isinstance(op, kernel.serves) and serves_cpu(kernel, cpu) and serves_rounding(kernel, op)


def _worth_trying(kernels: list[Kernel], layer: Layer) -> list[Kernel]:
    """Without those whose storage cannot be smaller than the weights as they are."""
    stored = {k.encoding for k in kernels} & KERNEL_NAMES.keys()
    paying = paying_encodings(layer.constant(1)) if stored else frozenset()
    return [k for k in kernels if k.encoding not in stored or k.encoding in paying]


def _unsupported(layer: Layer, serving: list[Kernel], refusals: list[str | None]) -> CodegenError:
    """Names the layer, what stops it, and what to do instead."""
    types = sorted({k.dtype.value for k in serving if k.dtype is not None})
    reason = next((r for r in refusals if r), None)
    hint = "replace the layer"
    if not serving:
        reason = "is an operator that the generated code cannot compute yet"
    elif reason is None:
        reason = f"computes with {layer.input.dtype.value}; there is code for {' and '.join(types)}"
        hint = 'compress the model with [quantize] kind = "int8" first'
    return CodegenError("unsupported-operator", f"layer {layer.op.name!r} ({layer.op.kind}) {reason}", hint)
