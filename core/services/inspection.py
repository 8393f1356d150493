"""What is in a model file and which boards it can run on; also for models that cannot be compiled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from codegen.advice import what_stays_float
from codegen.as_int8 import as_int8
from codegen.compiler import compile_model
from codegen.frontends import load_graph
from codegen.graph import Graph, macs
from codegen.targets.board import Board, all_boards
from core.errors import EXPECTED_ERRORS
from core.models.keras_config import KerasNetwork
from core.models.keras_file import count_weights, read_network
from core.models.keras_graph import read_keras_graph
from core.services.onnx_listing import list_onnx
from core.services.tflite_listing import list_tflite

#: Failures to compile that are the model's nature, not a broken file.
_STOPS = ("unsupported-operator", "unsupported-type", "unsupported-model")


@dataclass(frozen=True, slots=True)
class ListedLayer:
    """One layer. Its output's shape and its multiply-accumulates are None where they are not known."""

    name: str
    op: str
    output: tuple[int, ...] | None
    parameters: int
    macs: int | None


@dataclass(frozen=True, slots=True)
class End:
    """An input or output by its name, its shape as the file has it, and the type of its numbers."""

    name: str
    shape: tuple[int, ...]
    numbers: str

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "shape": list(self.shape), "numbers": self.numbers}


@dataclass(frozen=True, slots=True)
class Target:
    """Whether a board's code can be made of the model: if not, `reason` names the layer that stops it."""

    board: str
    supported: bool
    fits: bool | None
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """A model's contents. Counts include biases; `numbers` is what it computes with. `input` and `output` are
    the shapes of the first ones; all of them are in `inputs` and `outputs`, which are empty where the model
    cannot be read as a whole. `notes` are sentences on layers that a quantized model leaves float.
    """

    name: str
    format: str
    numbers: str
    input: tuple[int, ...] | None
    output: tuple[int, ...] | None
    layers: tuple[ListedLayer, ...]
    targets: tuple[Target, ...]
    inputs: tuple[End, ...] = ()
    outputs: tuple[End, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def parameters(self) -> int:
        return sum(layer.parameters for layer in self.layers)

    @property
    def macs(self) -> int | None:
        """None when those of a layer are not known."""
        counts = [layer.macs for layer in self.layers]
        known = [count for count in counts if count is not None]
        return sum(known) if len(known) == len(counts) else None

    def to_json(self) -> dict[str, Any]:
        """The fields of ``thimble inspect --json``."""
        return {
            "model": self.name,
            "format": self.format,
            "numbers": self.numbers,
            "input": None if self.input is None else list(self.input),
            "output": None if self.output is None else list(self.output),
            "inputs": [end.to_json() for end in self.inputs],
            "outputs": [end.to_json() for end in self.outputs],
            "parameters": self.parameters,
            "macs": self.macs,
            "notes": list(self.notes),
            "operators": dict(Counter(layer.op for layer in self.layers)),
            "layers": [
                {
                    "name": layer.name,
                    "op": layer.op,
                    "output": None if layer.output is None else list(layer.output),
                    "params": layer.parameters,
                    "macs": layer.macs,
                }
                for layer in self.layers
            ],
            "targets": [
                {
                    "board": target.board,
                    "supported": target.supported,
                    "fits": target.fits,
                    "reason": target.reason,
                    "hint": target.hint,
                }
                for target in self.targets
            ],
        }


def inspect_model(path: Path, name: str) -> Inspection:
    """Look into a `.keras`, `.tflite` or `.onnx` file; `name` is how the user calls it.

    A float model is tried on the boards as the int8 model that it can become. Raises ThimbleError or
    CodegenError for a file that is missing or broken.
    """
    inspect = {".keras": _keras, ".tflite": _tflite, ".onnx": _onnx}[path.suffix.lower()]
    return inspect(path, name)


def _keras(path: Path, name: str) -> Inspection:
    network = read_network(path)
    counts = count_weights(path, network)
    try:
        graph = read_keras_graph(path)
    except EXPECTED_ERRORS as error:
        if error.code not in _STOPS:
            raise
        layers = tuple(_listed_keras(network, counts))
        return Inspection(name, "keras", "float32", None, None, layers, _stopped(error))
    found = _of_graph(graph, name, "keras", as_int8(graph))
    return replace(found, layers=tuple(_counted(found.layers, counts)))


def _counted(layers: Sequence[ListedLayer], counts: Mapping[str, int]) -> Iterator[ListedLayer]:
    """With what Keras counts: a Graph gives layers without a bias one of zeros, and scales are no weights.

    A layer that is several operators (``LAYER/depthwise``, ``LAYER``) is counted once, over all of them.
    """
    left = dict(counts)
    for layer in layers:
        owner = layer.name if layer.name in left else layer.name.rpartition("/")[0]
        if not layer.parameters or owner not in left:
            yield layer
            continue
        own = left[owner] if owner == layer.name else min(layer.parameters, left[owner])
        left[owner] -= own
        yield replace(layer, parameters=own)


def _listed_keras(network: KerasNetwork, counts: Mapping[str, int]) -> Sequence[ListedLayer]:
    return [
        ListedLayer(layer.name, layer.class_name, None, counts[layer.name], None) for layer in network.layers
    ]


def _tflite(path: Path, name: str) -> Inspection:
    try:
        graph = load_graph(path)
    except EXPECTED_ERRORS as error:
        if error.code not in _STOPS:
            raise
        listing = list_tflite(path)
        layers = tuple(ListedLayer(o.name, o.op, o.output, o.parameters, None) for o in listing.operators)
        return Inspection(
            name, "tflite", listing.numbers, listing.input, listing.output, layers, _stopped(error)
        )
    return _of_graph(graph, name, "tflite", graph)


def _onnx(path: Path, name: str) -> Inspection:
    try:
        graph = load_graph(path)
    except EXPECTED_ERRORS as error:
        if error.code not in _STOPS:
            raise
        listing = list_onnx(path)
        layers = tuple(ListedLayer(o.name, o.op, None, o.parameters, None) for o in listing.operators)
        return Inspection(name, "onnx", listing.numbers, listing.input, None, layers, _stopped(error))
    return _of_graph(graph, name, "onnx", graph)


def _of_graph(graph: Graph, name: str, file_format: str, deployed: Graph) -> Inspection:
    source, result = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
    layers = []
    for op in graph.ops:
        constants = [graph.tensors[tensor] for tensor in op.inputs if graph.tensors[tensor].is_constant]
        layers.append(
            ListedLayer(
                op.name,
                op.kind,
                graph.tensors[op.outputs[0]].shape,
                sum(tensor.elements for tensor in constants),
                macs(graph, op),
            )
        )
    targets = tuple(_target(board, deployed) for board in all_boards().values())
    numbers = source.dtype.value
    ends = (graph.file_shape(source.name), graph.file_shape(result.name))
    inputs, outputs = _ends(graph, graph.inputs), _ends(graph, graph.outputs)
    notes = what_stays_float(graph)
    return Inspection(name, file_format, numbers, *ends, tuple(layers), targets, inputs, outputs, notes)


def _ends(graph: Graph, names: Sequence[str]) -> tuple[End, ...]:
    return tuple(End(name, graph.file_shape(name), graph.tensors[name].dtype.value) for name in names)


def _target(board: Board, graph: Graph) -> Target:
    try:
        plan = compile_model(graph, board).plan
    except EXPECTED_ERRORS as error:
        return Target(board.id, False, None, error.what, error.hint)
    return Target(board.id, True, not plan.overflows(board), "", "")


def _stopped(error: Any) -> tuple[Target, ...]:
    return tuple(Target(board, False, None, error.what, error.hint) for board in all_boards())
