"""Descriptions of models as Keras 2 and 3 write them: models inside models, shared layers, code."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import ThimbleError
from core.models.keras_config import KerasNetwork, parse_network
from core.models.keras_graph import read_keras_graph
from tests.unit.models.keras_files import conv, dense, layer, random_weights, sequential, write_keras


def _tensor(name: str) -> dict[str, Any]:
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}}


def _functional(name: str, *steps: tuple[dict[str, Any], tuple[str, ...]]) -> dict[str, Any]:
    """Layers, and the names of those that feed each."""
    layers = []
    for described, feeds in steps:
        nodes = [{"args": [[_tensor(feed) for feed in feeds]], "kwargs": {}}] if feeds else []
        layers.append({**described, "name": described["config"]["name"], "inbound_nodes": nodes})
    first, last = (steps[n][0]["config"]["name"] for n in (0, -1))
    config = {"name": name, "layers": layers, "input_layers": [first, 0, 0], "output_layers": [last, 0, 0]}
    return {"class_name": "Functional", "config": config}


def _image(name: str) -> dict[str, Any]:
    return layer("InputLayer", name, batch_shape=[None, 8, 8, 1])


def _transfer_model() -> dict[str, Any]:
    """A residual base with a head whose layer has the name of one inside."""
    base = _functional(
        "base",
        (_image("base_in"), ()),
        (conv("c", 2, padding="same"), ("base_in",)),
        (conv("d", 2, padding="same"), ("c",)),
        (layer("Add", "sum"), ("c", "d")),
    )
    return _functional(
        "whole",
        (_image("in"), ()),
        (base, ("in",)),
        (layer("Flatten", "flat"), ("base",)),
        (dense("c", 3), ("flat",)),
    )


def test_models_inside_are_unfolded(tmp_path: Path) -> None:
    network = parse_network(_transfer_model(), "it")
    assert network.is_nested
    assert [(n.name, n.inputs) for n in network.layers] == [
        ("in", ()),
        ("base_c", ("in",)),
        ("d", ("base_c",)),
        ("sum", ("base_c", "d")),
        ("flat", ("sum",)),
        ("c", ("flat",)),
    ]
    weights = random_weights(
        {
            "functional/layers/conv2d": ((3, 3, 1, 2), (2,)),
            "functional/layers/conv2d_1": ((3, 3, 2, 2), (2,)),
            "dense": ((128, 3), (3,)),
        }
    )
    graph = read_keras_graph(write_keras(tmp_path / "m.keras", _transfer_model(), weights))
    assert np.array_equal(graph.tensors["d/bias"].data, weights["functional/layers/conv2d_1"][1])  # type: ignore[arg-type]
    assert np.array_equal(graph.tensors["c/bias"].data, weights["dense"][1])  # type: ignore[arg-type]


def test_a_sequential_model_may_begin_with_a_model() -> None:
    inner = _functional("base", (_image("base_in"), ()), (conv("c", 2), ("base_in",)))
    config = {"name": "s", "layers": [inner, layer("Flatten", "flat")]}
    network = parse_network({"class_name": "Sequential", "config": config}, "it")
    assert [n.name for n in network.layers] == ["input", "c", "flat"]
    assert network.layers[0].config["batch_shape"] == [None, 8, 8, 1]


def test_a_model_inside_that_is_used_twice_is_refused() -> None:
    model = _transfer_model()
    model["config"]["layers"][1]["inbound_nodes"] *= 2
    with pytest.raises(ThimbleError, match="'base' is used 2 times"):
        parse_network(model, "it")


def _keras_2() -> KerasNetwork:
    layers = [
        {
            "class_name": "InputLayer",
            "config": {"batch_input_shape": [None, 8, 8, 1], "name": "x"},
            "name": "x",
            "inbound_nodes": [],
        },
        {**conv("c", 2), "name": "c", "inbound_nodes": [[["x", 0, 0, {}]]]},
        {**conv("d", 2), "name": "d", "inbound_nodes": [[["x", 0, 0, {}]]]},
        {**layer("Add", "sum"), "name": "sum", "inbound_nodes": [[["c", 0, 0, {}], ["d", 0, 0, {}]]]},
    ]
    ends = {"input_layers": [["x", 0, 0]], "output_layers": [["sum", 0, 0]]}
    return parse_network(
        {"class_name": "Functional", "config": {"name": "f", "layers": layers, **ends}}, "it"
    )


def test_keras_2_wrote_the_connections_otherwise() -> None:
    network = _keras_2()
    assert [n.inputs for n in network.layers] == [(), ("x",), ("x",), ("c", "d")]
    assert (network.inputs, network.outputs) == (("x",), ("sum",))


@pytest.mark.parametrize(
    "hidden",
    [
        layer("TimeDistributed", "wrapper", layer=layer("Lambda", "trick", function="…")),
        conv("c", 2, activation={"class_name": "__lambda__", "config": {"value": "…"}}),
        conv("c", 2, kernel_initializer={"module": "os", "class_name": "system", "config": "true"}),
        sequential([sequential([layer("Lambda", "trick", function="…")])]),
        {**layer("Dense", "mine"), "registered_name": "my>Dense"},
    ],
    ids=["inside a wrapper", "as an activation", "a module of Python", "two models down", "registered"],
)
def test_code_is_found_however_deep(hidden: dict[str, Any]) -> None:
    with pytest.raises(ThimbleError) as caught:
        parse_network(sequential([hidden]), "it")
    assert caught.value.code == "unsafe-model"
    assert caught.value.hint


def test_how_a_model_was_compiled_does_not_matter() -> None:
    model = {
        **sequential([conv("c", 2)]),
        "compile_config": {"loss": {"module": "mine", "class_name": "Loss"}},
    }
    assert parse_network(model, "it").layers[1].name == "c"
