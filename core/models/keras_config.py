"""What Keras writes about a model's layers, as Keras 3 and Keras 2 write it, without running any of it.

Models inside models (a pretrained base with a new head) are unfolded: their layers stand in one flat network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, count, pairwise
from typing import Any

from core.errors import ThimbleError

SAVE_HINT = "save the model again with Keras 3: model.save('model.keras')"
_INPUT = "InputLayer"
_NESTED = ("Sequential", "Functional", "Model")
#: Between the names of a path: in no name, not even in one that an older Keras took.
_BETWEEN = "\0"
#: Packages whose classes are Keras' own; of Python's, it names tuples, slices and functions.
_KNOWN = ("keras", "tf_keras", "builtins")
#: What describes the model itself; how it was compiled is never read.
_OF_MODEL = ("class_name", "config", "module", "registered_name")


@dataclass(frozen=True, slots=True)
class KerasLayer:
    """One layer of a file: its options as Keras wrote them, and the layers that feed it.

    `path` leads to it in the model: the names of the models around it and its own there, which may differ
    from `name` where two of them have layers of one name.
    """

    name: str
    class_name: str
    config: dict[str, Any]
    inputs: tuple[str, ...]
    path: tuple[str, ...] = ()
    #: The class of each part of `path`, and its number among those of its class in the model around it.
    places: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class KerasNetwork:
    """The layers of a model, each after those that feed it, and the names of its ends."""

    name: str
    layers: tuple[KerasLayer, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def is_nested(self) -> bool:
        """Whether the model has models inside."""
        return any(len(layer.path) > 1 for layer in self.layers)


def parse_network(model: dict[str, Any], source: str, allow_unsafe: bool = False) -> KerasNetwork:
    """The network that a serialized Keras model describes; `source` is named in errors.

    Raises ThimbleError ``bad-model``, ``unsupported-operator`` (a model that is not made of layers, a layer
    that is used twice) or, unless `allow_unsafe`, ``unsafe-model``.
    """
    try:
        if not allow_unsafe:
            refuse_code(model, source)
        if model["class_name"] in _NESTED:
            return _unfolded(_network(model))
    except (KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise ThimbleError(
            "bad-model", f"the description of the model in {source} is not understood", SAVE_HINT
        ) from error
    raise ThimbleError(
        "unsupported-operator",
        f"the model in {source} is of the kind {model['class_name']}, not Sequential or functional",
        "build it as a Sequential or functional Keras model",
    )


def refuse_code(model: dict[str, Any], source: str) -> None:
    """Raise ThimbleError ``unsafe-model`` for code in the file and classes of one's own, however deep."""
    for described in _described({key: model.get(key) for key in _OF_MODEL}):
        config = described.get("config")
        name = config.get("name", "") if isinstance(config, dict) else ""
        what = f"layer {name!r} in {source}" if name else f"a part of {source}"
        class_name = described["class_name"]
        if class_name in ("Lambda", "__lambda__"):
            raise ThimbleError(
                "unsafe-model",
                f"{what} is a Lambda layer, which would run code from the file",
                "use built-in layers instead; if you trust who made the file, allow it with --allow-unsafe",
            )
        if _is_foreign(described, bool(name)):
            raise ThimbleError(
                "unsafe-model",
                f"{what} is a class of its own ({class_name}), whose code is not in the file",
                "use built-in Keras layers, or give what it computes: model.export('folder')",
            )


def _described(model: Any) -> Iterator[dict[str, Any]]:
    """All objects that the description has Keras make, however deep: layers, and the parts of layers."""
    waiting: list[Any] = [model]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("class_name"), str):
                yield value
            waiting.extend(value.values())
        elif isinstance(value, list | tuple):
            waiting.extend(value)


def _is_foreign(described: Mapping[str, Any], is_layer: bool) -> bool:
    """Whether Keras would have to look for the class outside of Keras."""
    module = str(described.get("module") or "keras").partition(".")[0]
    registered = described.get("registered_name")
    return module not in _KNOWN or (is_layer and registered not in (None, described["class_name"]))


@dataclass(frozen=True, slots=True)
class _Entry:
    """A layer or an inner model as it stands in one model. `inputs` are (layer, number of its output)."""

    name: str
    class_name: str
    config: dict[str, Any]
    inputs: tuple[tuple[str, int], ...]
    inner: _Model | None
    number: int


@dataclass(frozen=True, slots=True)
class _Model:
    """One model before it is unfolded."""

    name: str
    entries: tuple[_Entry, ...]
    inputs: tuple[tuple[str, int], ...]
    outputs: tuple[tuple[str, int], ...]


def _network(model: dict[str, Any]) -> _Model:
    config = model["config"]
    if model["class_name"] == "Sequential":
        return _sequential(config)
    feeds = {entry["config"]["name"]: _feeds(entry) for entry in config["layers"]}
    entries = tuple(_in_order(_entries(config["layers"], feeds)))
    inputs, outputs = (tuple(_ends(config[key])) for key in ("input_layers", "output_layers"))
    return _Model(config["name"], entries, inputs, outputs)


def _sequential(config: dict[str, Any]) -> _Model:
    described = list(config["layers"])
    if not described or described[0]["class_name"] != _INPUT:
        shape = config.get("build_input_shape") or _first_shape(described)
        input_config = {"name": "input", "batch_shape": shape}
        described.insert(0, {"class_name": _INPUT, "config": input_config})
    names = [entry["config"]["name"] for entry in described]
    feeds: dict[str, tuple[tuple[str, int], ...]] = {names[0]: ()}
    feeds.update((name, ((before, 0),)) for before, name in pairwise(names))
    entries = tuple(_entries(described, feeds))
    return _Model(config["name"], entries, ((names[0], 0),), ((names[-1], 0),))


def _first_shape(described: list[dict[str, Any]]) -> Any:
    """The input's shape, where Keras 2 wrote it into the first layer, or an inner model has it."""
    first = described[0]["config"] if described else {}
    shape = first.get("batch_input_shape") or first.get("batch_shape")
    if not shape and described and described[0]["class_name"] in _NESTED and first["layers"]:
        shape = first.get("build_input_shape") or _first_shape(first["layers"])
    if not shape:
        raise ThimbleError(
            "bad-model", "the model has no input shape", "put keras.Input(shape) before its first layer"
        )
    return shape


def _entries(
    described: list[dict[str, Any]], feeds: Mapping[str, tuple[tuple[str, int], ...]]
) -> Iterator[_Entry]:
    used: dict[str, int] = {}
    for entry in described:
        kind, config = entry["class_name"], entry["config"]
        used[kind] = number = used.get(kind, -1) + 1
        inner = _network(entry) if kind in _NESTED else None
        yield _Entry(config["name"], kind, config, feeds[config["name"]], inner, number)


def _feeds(entry: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    nodes = entry.get("inbound_nodes") or []
    if len(nodes) > 1:
        raise ThimbleError(
            "unsupported-operator",
            f"layer {entry['config']['name']!r} is used {len(nodes)} times",
            "give every place a layer of its own",
        )
    if not nodes:
        return ()
    if isinstance(nodes[0], dict):
        return tuple(_tensors(nodes[0]["args"]))
    return tuple((str(node[0]), int(node[2])) for node in nodes[0])  # Keras 2: name, use, output, options


def _tensors(value: Any) -> Iterator[tuple[str, int]]:
    """The outputs of layers that stand in the arguments of a call."""
    if isinstance(value, list | tuple):
        for entry in value:
            yield from _tensors(entry)
    elif isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        history = value["config"]["keras_history"]
        yield str(history[0]), int(history[2])


def _ends(described: Any) -> Iterator[tuple[str, int]]:
    """The ends in ``["a", 0, 0]``, ``[["a", 0, 0], …]`` or a dict of those."""
    if isinstance(described, dict):
        described = list(described.values())
    if described and isinstance(described[0], str):
        yield described[0], int(described[2])
        return
    for value in described:
        yield from _ends(value)


def _in_order(entries: Iterator[_Entry]) -> Iterator[_Entry]:
    """Each layer after those that feed it, otherwise in the order of the file."""
    waiting, done = list(entries), set[str]()
    while waiting:
        ready = [entry for entry in waiting if done.issuperset(name for name, _ in entry.inputs)]
        if not ready:
            raise KeyError(waiting[0].name)
        yield from ready
        done.update(entry.name for entry in ready)
        waiting = [entry for entry in waiting if entry.name not in done]


def _unfolded(model: _Model) -> KerasNetwork:
    """One flat network. Layers of inner models keep their names where nothing else has them."""
    layers: list[KerasLayer] = []
    ends = _unfold(model, None, (), (), layers)
    renamed = _renamed(layers)
    flat = tuple(
        replace(
            layer,
            name=renamed[layer.name],
            inputs=tuple(renamed[name] for name in layer.inputs),
            config={**layer.config, "name": renamed[layer.name]},
        )
        for layer in layers
    )
    inputs = tuple(renamed[name] for name, _ in model.inputs)
    return KerasNetwork(model.name, flat, inputs, tuple(renamed[name] for name in ends))


def _renamed(layers: list[KerasLayer]) -> dict[str, str]:
    """The name of each layer in the flat network, by the name that it has so far."""
    renamed = {layer.name: layer.path[0] for layer in layers if len(layer.path) == 1}
    taken = set(renamed.values())
    for layer in layers:
        if layer.name in renamed:
            continue
        whole = "_".join(layer.path)
        numbered = (f"{whole}_{number}" for number in count(2))
        wanted = chain((layer.path[-1], whole), numbered)
        renamed[layer.name] = next(name for name in wanted if name not in taken)
        taken.add(renamed[layer.name])
    return renamed


def _unfold(
    model: _Model,
    sources: tuple[str, ...] | None,
    path: tuple[str, ...],
    places: tuple[tuple[str, int], ...],
    layers: list[KerasLayer],
) -> tuple[str, ...]:
    """Append the layers of `model`, named by their paths, and return those that give its outputs.

    `sources` feed an inner model's inputs; the outermost model has inputs of its own.
    """
    given: dict[tuple[str, int], str] = {}
    if sources is not None:
        given = dict(zip(model.inputs, sources, strict=True))
    for entry in model.entries:
        if (entry.name, 0) in given:
            continue
        here, place = (*path, entry.name), (*places, (entry.class_name, entry.number))
        feeds = tuple(given[feed] for feed in entry.inputs)
        if entry.inner is not None:
            for number, output in enumerate(_unfold(entry.inner, feeds, here, place, layers)):
                given[entry.name, number] = output
            continue
        name = _BETWEEN.join(here)
        layers.append(KerasLayer(name, entry.class_name, entry.config, feeds, here, place))
        given[entry.name, 0] = name
    return tuple(given[output] for output in model.outputs)
