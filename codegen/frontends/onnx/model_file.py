"""An ONNX file as plain values, checked: nodes, constants and the model's ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from codegen.errors import CodegenError
from codegen.frontends.damage import broken
from codegen.frontends.onnx.builder import MOST_ELEMENTS
from codegen.frontends.onnx.functions import without_functions
from codegen.frontends.onnx.node import Node
from codegen.graph import Array, DType

OLDEST_OPSET = 13
_LARGEST_FILE_BYTES = 2**29
_MOST_AXES = 8
_ONNX_DOMAINS = ("", "ai.onnx")


@dataclass(frozen=True, slots=True)
class End:
    """An input of the model: `shape` as in the file, with a batch of 1 where the file leaves it open."""

    name: str
    dtype: DType
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ModelFile:
    """What is read of a file; `outputs` are names."""

    nodes: tuple[Node, ...]
    constants: Mapping[str, Array]
    inputs: tuple[End, ...]
    outputs: tuple[str, ...]


def read_model_file(path: Path) -> ModelFile:
    """Parse a file. Raises CodegenError ``broken-file``, ``unsupported-model`` or ``unsupported-type``."""
    import onnx
    from google.protobuf.message import DecodeError

    if path.stat().st_size > _LARGEST_FILE_BYTES:
        raise CodegenError(
            "unsupported-model", f"{path.name} has {path.stat().st_size:,} bytes", "use a smaller model"
        )
    try:
        model = onnx.load_model_from_string(path.read_bytes())
    except DecodeError as error:
        raise broken(path, error) from error
    if not model.graph.node:
        raise broken(path, "it holds no layers")
    model = _converted(path, model)
    opset = _opset(path, model)
    if model.functions:
        model = without_functions(path, model)
    graph = model.graph
    constants = {tensor.name: array(tensor) for tensor in graph.initializer}
    if graph.sparse_initializer:
        raise CodegenError(
            "unsupported-model", f"{path.name} stores sparse tensors", "store them as dense ones"
        )
    inputs = tuple(_end(item) for item in graph.input if item.name not in constants)
    return ModelFile(_nodes(graph, opset), constants, inputs, tuple(item.name for item in graph.output))


def _opset(path: Path, model: Any) -> int:
    import onnx

    versions = [item.version for item in model.opset_import if item.domain in _ONNX_DOMAINS]
    newest = onnx.defs.onnx_opset_version()
    if not versions and model.opset_import:  # operators of others alone, each of which is refused by name
        return int(newest)
    if not versions:
        raise broken(path, "it names no operator set")
    if not OLDEST_OPSET <= versions[0] <= newest:
        raise CodegenError(
            "unsupported-model",
            f"{path.name} uses the ONNX operator set {versions[0]}, not one of {OLDEST_OPSET} to {newest}",
            f"export it with opset_version={min(newest, 18)}",
        )
    return int(versions[0])


def _converted(path: Path, model: Any) -> Any:
    """The model in the oldest supported operator set, where it is older and onnx can convert it."""
    import onnx
    from onnx import version_converter

    versions = [item.version for item in model.opset_import if item.domain in _ONNX_DOMAINS]
    if len(versions) != 1 or not 0 < versions[0] < OLDEST_OPSET:
        return model
    try:
        onnx.checker.check_model(model)
        return version_converter.convert_version(model, OLDEST_OPSET)
    except (onnx.checker.ValidationError, version_converter.ConvertError, RuntimeError, ValueError) as error:
        raise CodegenError(
            "unsupported-model",
            f"{path.name} uses the ONNX operator set {versions[0]}, older than {OLDEST_OPSET}, and cannot be "
            f"converted ({str(error).splitlines()[0][:200]})",
            "export it with opset_version=18",
        ) from error


def _nodes(graph: Any, opset: int) -> tuple[Node, ...]:
    import onnx

    nodes = []
    for number, proto in enumerate(graph.node):
        outputs = tuple(proto.output)
        name = proto.name or next((o for o in outputs if o), f"{proto.op_type}_{number}")
        kind = proto.op_type if proto.domain in _ONNX_DOMAINS else f"{proto.domain}.{proto.op_type}"
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in proto.attribute}
        nodes.append(Node(_layer_name(name), kind, tuple(proto.input), outputs, attributes, opset))
    return tuple(nodes)


def _layer_name(name: str) -> str:
    """A node's name without the path that exporters put before it."""
    return name.rstrip("/").rsplit("/", maxsplit=1)[-1] or name


def array(tensor: Any) -> Array:
    """The numbers of a tensor in the file. Raises CodegenError, or ValueError where they do not fit it."""
    import onnx

    if tensor.data_location == onnx.TensorProto.EXTERNAL:
        raise CodegenError(
            "unsupported-model",
            f"the weights {tensor.name!r} lie in another file",
            "save the model in one file: onnx.save(model, path, save_as_external_data=False)",
        )
    if len(tensor.dims) > _MOST_AXES or min(tensor.dims, default=0) < 0 or prod(tensor.dims) > MOST_ELEMENTS:
        raise ValueError(f"the constant {tensor.name!r} has the shape {list(tensor.dims)}")
    result: Array = onnx.numpy_helper.to_array(tensor)
    if result.dtype.kind not in "fiub":
        raise CodegenError(
            "unsupported-type",
            f"the constant {tensor.name!r} holds {result.dtype.name}, not real numbers",
            "export the model with float32, int8 or uint8",
        )
    return result


def _end(item: Any) -> End:
    import onnx

    if not item.type.HasField("tensor_type"):
        raise CodegenError("unsupported-model", f"the input {item.name!r} is no tensor", "export tensors")
    kind = item.type.tensor_type.elem_type
    known = {onnx.helper.np_dtype_to_tensor_dtype(dtype.numpy): dtype for dtype in DType}
    if kind not in known:
        raise CodegenError(
            "unsupported-type",
            f"the input {item.name!r} has a type that the compiler does not know (ONNX type {kind})",
            "export the model with float32, int8 or uint8",
        )
    if not item.type.tensor_type.HasField("shape"):
        raise CodegenError("unsupported-model", f"the input {item.name!r} has no shape", "give it one")
    dimensions = item.type.tensor_type.shape.dim
    shape = tuple(_size(item.name, axis, dimension) for axis, dimension in enumerate(dimensions))
    if len(shape) > _MOST_AXES or prod(shape) > MOST_ELEMENTS:
        raise CodegenError(
            "unsupported-model", f"the input {item.name!r} is {list(shape)}", "use a smaller one"
        )
    return End(item.name, known[kind], shape)


def _size(name: str, axis: int, dimension: Any) -> int:
    size = int(dimension.dim_value) if dimension.HasField("dim_value") else 0
    if size > 0:
        return size
    if axis == 0:
        return 1  # an open batch: boards run one sample at a time
    raise CodegenError(
        "unsupported-model",
        f"the input {name!r} has no fixed size along its axis {axis}",
        "export it with a fixed shape (no dynamic axes but the batch)",
    )
