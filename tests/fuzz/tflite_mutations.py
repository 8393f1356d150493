"""TFLite models that are well-formed files and make no sense: sizes, types, options and order at random."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

_NUMBERS = (-(2**31), -65_536, -2, -1, 0, 1, 2, 3, 7, 255, 65_536, 2**30, 2**31 - 1)
_SCALES = (0.0, -1.0, 1e-38, 1e-9, 0.5, 1.0, 1e9, 3e38, float("inf"), float("nan"))

Mutation = Callable[[Any, np.random.Generator], None]


def _pick(items: Any, rng: np.random.Generator) -> Any:
    return items[int(rng.integers(0, len(items)))] if items is not None and len(items) else None


def _changed(values: Any, rng: np.random.Generator, low: int = -(2**31), high: int = 2**31 - 1) -> list[int]:
    """The integers with one of them changed, one lost, or one doubled."""
    new = [int(n) for n in values]
    if not new:
        return [1]
    place, odd = int(rng.integers(0, len(new))), min(max(_pick(_NUMBERS, rng), low), high)
    return [
        [*new[:place], odd, *new[place + 1 :]],
        new[:place] + new[place + 1 :],
        [*new, new[place]],
    ][int(rng.choice(3, p=(0.7, 0.15, 0.15)))]


def odd_shape(model: Any, rng: np.random.Generator) -> None:
    tensor = _pick(model.subgraphs[0].tensors, rng)
    if tensor.shape is not None and len(tensor.shape):
        tensor.shape = _changed(tensor.shape, rng)


def no_numbers(model: Any, rng: np.random.Generator) -> None:
    """A constant without its numbers, and perhaps without places for them."""
    tensor = _pick([t for t in model.subgraphs[0].tensors if t.buffer], rng)
    if tensor is not None:
        tensor.buffer = 0
        if rng.random() < 0.5 and tensor.shape is not None and len(tensor.shape):
            tensor.shape = [*map(int, tensor.shape[:-1]), 0]


def odd_type(model: Any, rng: np.random.Generator) -> None:
    _pick(model.subgraphs[0].tensors, rng).type = int(rng.integers(0, 20))


def odd_scale(model: Any, rng: np.random.Generator) -> None:
    quantization = _pick(model.subgraphs[0].tensors, rng).quantization
    if quantization is not None and quantization.scale is not None:
        quantization.scale = [_pick(_SCALES, rng)]


def odd_zero_point(model: Any, rng: np.random.Generator) -> None:
    quantization = _pick(model.subgraphs[0].tensors, rng).quantization
    if quantization is not None and quantization.zeroPoint is not None:
        quantization.zeroPoint = _changed(quantization.zeroPoint, rng)


def no_quantization(model: Any, rng: np.random.Generator) -> None:
    _pick(model.subgraphs[0].tensors, rng).quantization = None


def odd_option(model: Any, rng: np.random.Generator) -> None:
    options = _pick(model.subgraphs[0].operators, rng).builtinOptions
    if options is None:
        return
    name = _pick(sorted(vars(options)), rng)
    value = getattr(options, name)
    if isinstance(value, bool):
        setattr(options, name, not value)
    elif isinstance(value, int):
        # Enums are bytes in the file.
        byte = any(word in name.lower() for word in ("activation", "padding", "mode", "type", "format"))
        setattr(options, name, int(rng.integers(0, 128)) if byte else int(_pick(_NUMBERS, rng)))


def no_options(model: Any, rng: np.random.Generator) -> None:
    operator = _pick(model.subgraphs[0].operators, rng)
    operator.builtinOptionsType, operator.builtinOptions = 0, None


def rewired(model: Any, rng: np.random.Generator) -> None:
    """An operator reads or writes any tensor."""
    operator, count = _pick(model.subgraphs[0].operators, rng), len(model.subgraphs[0].tensors)
    name = _pick(("inputs", "outputs"), rng)
    numbers = [int(n) for n in getattr(operator, name)]
    if numbers:
        numbers[int(rng.integers(0, len(numbers)))] = int(rng.integers(-1, count + 1))
        setattr(operator, name, numbers)


def lost_input(model: Any, rng: np.random.Generator) -> None:
    operator = _pick(model.subgraphs[0].operators, rng)
    if len(operator.inputs):
        operator.inputs = [int(n) for n in operator.inputs][: int(rng.integers(0, len(operator.inputs)))]


def lost_operator(model: Any, rng: np.random.Generator) -> None:
    operators = model.subgraphs[0].operators
    del operators[int(rng.integers(0, len(operators)))]


def doubled_operator(model: Any, rng: np.random.Generator) -> None:
    model.subgraphs[0].operators.append(_pick(model.subgraphs[0].operators, rng))


def other_operator(model: Any, rng: np.random.Generator) -> None:
    from codegen.frontends.tflite.operators import READERS

    code = _pick(model.operatorCodes, rng)
    code.builtinCode = getattr(schema.BuiltinOperator, _pick(sorted(READERS), rng))
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)


def odd_constant(model: Any, rng: np.random.Generator) -> None:
    """Numbers in a constant that may be a shape, a list of axes or of places; or fewer of them."""
    buffer = _pick(model.buffers, rng)
    if buffer.data is None or not len(buffer.data):
        return
    content = bytes(bytearray(buffer.data))
    if rng.random() < 0.2:
        content = content[: int(rng.integers(0, len(content)))]
    elif len(content) >= 4:
        place = 4 * int(rng.integers(0, len(content) // 4))
        odd = np.array([_pick(_NUMBERS, rng)], np.int32).tobytes()
        content = content[:place] + odd + content[place + 4 :]
    buffer.data = np.frombuffer(content, np.uint8)


def odd_sparsity(model: Any, rng: np.random.Generator) -> None:
    sparse = [t.sparsity for t in model.subgraphs[0].tensors if t.sparsity is not None]
    if not sparse:
        return
    parameters, level = sparse[0], _pick(sparse[0].dimMetadata, rng)
    choice = int(rng.integers(0, 5))
    if choice == 0:
        parameters.traversalOrder = _changed(parameters.traversalOrder, rng)
    elif choice == 1:
        parameters.blockMap = _changed(parameters.blockMap, rng)
    elif choice == 2:
        level.denseSize = _pick(_NUMBERS, rng)
    elif choice == 3:
        level.format = 1 - level.format
    elif level.arrayIndices is not None:
        array = level.arrayIndices if rng.random() < 0.5 else level.arraySegments
        array.values = _changed(array.values, rng, 0, 65_535)


def other_ends(model: Any, rng: np.random.Generator) -> None:
    graph = model.subgraphs[0]
    number = int(rng.integers(0, len(graph.tensors)))
    if rng.random() < 0.5:
        graph.inputs = [number]
    else:
        graph.outputs = [number]


MUTATIONS: tuple[Mutation, ...] = (
    odd_shape,
    no_numbers,
    odd_type,
    odd_scale,
    odd_zero_point,
    no_quantization,
    odd_option,
    odd_option,
    no_options,
    rewired,
    lost_input,
    lost_operator,
    doubled_operator,
    other_operator,
    odd_constant,
    odd_constant,
    odd_sparsity,
    other_ends,
)


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """One to three mutations of a model."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))
    for _ in range(int(rng.integers(1, 4))):
        if model.subgraphs[0].operators:
            _pick(MUTATIONS, rng)(model, rng)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
