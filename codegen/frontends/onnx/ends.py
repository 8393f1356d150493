"""The model's inputs and outputs: kept as the Graph stores images, with the file's layout on record."""

from __future__ import annotations

from dataclasses import dataclass, replace

from codegen.errors import CodegenError
from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.model_file import End
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.operators.quantization import SHIFT
from codegen.frontends.onnx.value import Activation, Constant, channels_last, identity
from codegen.graph import DType, Graph, Op, Quantize, Reshape, Stored, Tensor

#: Operators that work on NHWC images in the Graph.
_ON_IMAGES = frozenset(
    """Conv MaxPool AveragePool GlobalAveragePool GlobalMaxPool BatchNormalization InstanceNormalization
    Resize DepthToSpace SpaceToDepth""".split()  # noqa: SIM905 - a list of quoted words reads worse
)
#: Operators that do not care about the layout: what comes after them decides.
_INDIFFERENT = frozenset(
    """QuantizeLinear DequantizeLinear Identity Dropout Cast Relu Clip Add Sub Mul Div Pad LeakyRelu Sigmoid
    Tanh""".split()  # noqa: SIM905
)


def input_orders(nodes: tuple[Node, ...], inputs: tuple[End, ...]) -> dict[str, tuple[int, ...]]:
    """In which order the axes of each input are best stored: that of the first operator which minds."""
    wanting: set[str] = set()
    for node in reversed(nodes):
        wants = node.kind in _ON_IMAGES
        if node.kind in _INDIFFERENT:
            wants = any(output in wanting for output in node.outputs)
        if wants and node.inputs:
            # Convolutions read one image; sums of images read several.
            wanting.update(node.inputs if node.kind in _INDIFFERENT else node.inputs[:1])
    return {
        end.name: channels_last(len(end.shape)) if end.name in wanting else identity(len(end.shape))
        for end in inputs
    }


def add_inputs(
    builder: Builder, nodes: tuple[Node, ...], inputs: tuple[End, ...]
) -> dict[str, tuple[int, ...]]:
    """Declare the inputs; returns where the file lays them out in another way."""
    orders = input_orders(nodes, inputs)
    for end in inputs:
        if end.name in builder.values:
            raise CodegenError("broken-file", f"the model has {end.name!r} twice", "export the model again")
        order = orders[end.name]
        tensor = builder.add_tensor(end.name, tuple(end.shape[axis] for axis in order), end.dtype)
        builder.values[end.name] = Activation(end.shape, tensor, order)
    return {name: order for name, order in orders.items() if order != identity(len(order))}


@dataclass(frozen=True, slots=True)
class Output:
    """An output by its name in the file, its tensor, and the order of its axes."""

    name: str
    tensor: str
    order: tuple[int, ...]


def finish_output(builder: Builder, name: str) -> Output:
    """The tensor of an output, uint8 again where the file says so.

    Raises CodegenError ``broken-file`` or ``unsupported-model``.
    """
    value = builder.values.get(name)
    if value is None:
        raise CodegenError(
            "broken-file", f"nothing writes the model's output {name!r}", "export the model again"
        )
    if isinstance(value, Constant):
        return _stored(builder, name, value)
    node = Node(f"output_{name}", "output", (), (name,), {}, 0)
    if value.scramble is not None:
        value = builder.plain(node, value)
    if value.unsigned:
        value = _unsigned(builder, node, value)
    if not any(value.tensor in op.outputs for op in builder.ops):
        # An input as it is: a Reshape moves nothing, and gives the output a tensor of its own.
        shape = builder.tensors[value.tensor].shape
        value = replace(value, tensor=builder.emit(node, Reshape, (value.tensor,), shape))
    return Output(name, value.tensor, value.order)


def _stored(builder: Builder, name: str, value: Constant) -> Output:
    """A constant output, such as a shape: it is copied from flash."""
    if value.data.dtype.name not in {t.value for t in DType} or not value.data.size:
        raise CodegenError("unsupported-model", f"the output {name!r} is constant", "leave it out")
    constant = builder.add_constant(f"{name}_constant", value.data)
    tensor = builder.add_tensor(name, value.data.shape, builder.tensors[constant].dtype)
    builder.ops.append(Stored(builder.layer(f"output_{name}"), (constant,), (tensor,)))
    return Output(name, tensor, identity(value.data.ndim))


def _unsigned(builder: Builder, node: Node, value: Activation) -> Activation:
    source = builder.tensors[value.tensor]
    if source.quantization is None:
        raise CodegenError("unsupported-model", "an output of integers has no scale", "leave it out")
    tensor = builder.emit(node, Quantize, (value.tensor,), source.shape, "_uint8", dtype=DType.UINT8)
    own = replace(source.quantization, zero_point=(source.quantization.zero_point[0] + SHIFT,))
    builder.tensors[tensor] = replace(builder.tensors[tensor], quantization=own)
    return replace(value, tensor=tensor, unsigned=False)


def named_as_in_file(graph: Graph, outputs: tuple[Output, ...]) -> Graph:
    """The outputs' tensors under the names that the file gives them."""
    names = dict.fromkeys(graph.tensors)
    renamed: dict[str, str] = {}
    for output in outputs:
        if output.tensor == output.name or output.tensor in graph.inputs or output.name in renamed.values():
            continue
        if output.name in names:  # a step on the way to the output: it gives its name up
            free = f"{output.name}_inner"
            while free in names:
                free += "_"
            renamed[output.name] = free
        renamed[output.tensor] = output.name
    return _renamed(graph, renamed)


def _renamed(graph: Graph, names: dict[str, str]) -> Graph:
    def new(name: str) -> str:
        return names.get(name, name)

    def moved(op: Op) -> Op:
        return replace(op, inputs=tuple(map(new, op.inputs)), outputs=tuple(map(new, op.outputs)))

    tensors: dict[str, Tensor] = {new(n): replace(t, name=new(n)) for n, t in graph.tensors.items()}
    return replace(
        graph,
        tensors=tensors,
        ops=tuple(moved(op) for op in graph.ops),
        inputs=tuple(map(new, graph.inputs)),
        outputs=tuple(map(new, graph.outputs)),
        file_axes={new(name): order for name, order in graph.file_axes.items()},
    )
