"""`.keras` files as Graphs, without Keras. What Keras itself computes is compared in tests/tf."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.graph import Activation, Conv2D, Dense, MaxPool2D, Padding, Relu, Reshape, Softmax, macs
from core.errors import EXPECTED_ERRORS, ThimbleError
from core.models.keras_graph import read_keras_graph
from core.models.keras_layers import same_padding
from core.models.loading import check_model_file
from core.paths import resources_dir
from tests.unit.models.keras_files import (
    SMALL_NET_WEIGHTS,
    conv,
    dense,
    layer,
    pool,
    random_weights,
    sequential,
    small_net,
    write_keras,
    write_small_net,
)


def test_layers_become_operators_named_after_them(tmp_path: Path) -> None:
    graph = read_keras_graph(write_small_net(tmp_path / "m.keras"))
    assert [(type(op), op.name) for op in graph.ops] == [
        (Conv2D, "first conv"),
        (MaxPool2D, "pool"),
        (Conv2D, "second/conv"),
        (Reshape, "flat"),
        (Dense, "hidden"),
        (Dense, "answer"),
        (Softmax, "answer/softmax"),
    ]
    shapes = [graph.tensors[op.outputs[0]].shape for op in graph.ops]
    assert shapes == [(1, 8, 8, 3), (1, 4, 4, 3), (1, 2, 2, 2), (1, 8), (1, 4), (1, 3), (1, 3)]
    assert graph.tensors[graph.inputs[0]].shape == (1, 8, 8, 1)
    assert graph.tensors[graph.outputs[0]].shape == (1, 3)
    assert graph.parameters == 3 * 10 + 2 * 28 + 9 * 4 + 5 * 3


def test_weights_are_found_by_the_order_of_their_class(tmp_path: Path) -> None:
    weights = random_weights(SMALL_NET_WEIGHTS)
    graph = read_keras_graph(write_keras(tmp_path / "m.keras", small_net(), weights))
    second = graph.ops[2]
    kernel = graph.weight(second)
    assert kernel is not None
    assert kernel.data is not None
    assert kernel.shape == (2, 3, 3, 3)  # out, height, width, in
    assert np.array_equal(kernel.data[1, 2, 0, :], weights["conv2d_1"][0][2, 0, :, 1])
    hidden = graph.weight(graph.ops[4])
    assert hidden is not None
    assert np.array_equal(hidden.data, weights["dense"][0].T)  # type: ignore[arg-type]


def test_activations_are_fused_or_stand_alone(tmp_path: Path) -> None:
    layers = [
        conv("a", 2, activation="linear"),
        layer("ReLU", "relu6", max_value=6.0, negative_slope=0.0, threshold=0.0),
        layer("Activation", "nothing", activation="linear"),
        layer("Activation", "relu", activation="relu"),
        layer("Reshape", "flat", target_shape=[-1]),
        dense("b", 3, "relu6"),
        layer("Softmax", "soft", axis=-1),
    ]
    weights = random_weights({"conv2d": ((3, 3, 1, 2), (2,)), "dense": ((72, 3), (3,))})
    graph = read_keras_graph(write_keras(tmp_path / "m.keras", sequential(layers), weights))
    kinds = [(type(op), getattr(op, "activation", None)) for op in graph.ops]
    assert kinds == [
        (Conv2D, Activation.NONE),
        (Relu, Activation.RELU6),
        (Relu, Activation.RELU),
        (Reshape, None),
        (Dense, Activation.RELU6),
        (Softmax, None),
    ]
    assert graph.ops[-1].name == "soft"


def test_a_layer_without_bias_has_none(tmp_path: Path) -> None:
    layers = [layer("Flatten", "flat"), layer("Dense", "d", units=3, activation="linear", use_bias=False)]
    weights = random_weights({"dense": ((64, 3),)})
    graph = read_keras_graph(write_keras(tmp_path / "m.keras", sequential(layers), weights))
    assert len(graph.ops[1].inputs) == 2
    assert graph.parameters == 64 * 3


def _functional(layers: list[dict[str, Any]], feeds: dict[str, str]) -> dict[str, Any]:
    """A functional model: `feeds` says which layer each layer reads."""
    described = [layer("InputLayer", "in", batch_shape=[None, 8, 8, 1]), *layers]
    for entry in described:
        name = entry["config"]["name"]
        tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": [feeds.get(name), 0, 0]}}
        entry["name"] = name
        entry["inbound_nodes"] = [{"args": [tensor], "kwargs": {}}] if name in feeds else []
    config = {"name": "f", "layers": described, "input_layers": ["in", 0, 0], "output_layers": [["d", 0, 0]]}
    return {
        "module": "keras.src.models",
        "class_name": "Functional",
        "config": config,
        "registered_name": "Functional",
    }


def test_functional_models_are_put_in_order(tmp_path: Path) -> None:
    layers = [dense("d", 3), layer("Flatten", "flat"), conv("c", 2)]
    model = _functional(layers, {"d": "flat", "flat": "c", "c": "in"})
    weights = random_weights({"conv2d": ((3, 3, 1, 2), (2,)), "dense": ((72, 3), (3,))})
    graph = read_keras_graph(write_keras(tmp_path / "m.keras", model, weights))
    assert [op.name for op in graph.ops] == ["c", "flat", "d"]


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "expected"),
    [
        ((8, 8), (3, 3), (1, 1), Padding(1, 1, 1, 1)),
        ((8, 8), (3, 3), (2, 2), Padding(0, 1, 0, 1)),
        ((7, 8), (2, 5), (1, 1), Padding(0, 1, 2, 2)),
        ((4, 4), (1, 1), (2, 2), Padding()),
    ],
)
def test_same_padding_is_tensorflows(
    size: tuple[int, int], kernel: tuple[int, int], stride: tuple[int, int], expected: Padding
) -> None:
    assert same_padding(size, kernel, stride, (1, 1)) == expected


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (layer("GRU", "memory"), ("'memory'", "GRU")),
        (conv("c", 2, activation="selu"), ("'c'", "selu")),
        (conv("c", 2, padding="reflect"), ("'c'", "reflect")),
        (conv("c", 2, data_format="channels_first"), ("'c'", "channels first")),
        (layer("ReLU", "late", max_value=None, negative_slope=0.0, threshold=1.0), ("'late'", "ReLU")),
        (layer("Softmax", "s", axis=1), ("'s'", "axis")),
        (dense("d", 2), ("'d'", "image")),
    ],
)
def test_an_unsupported_layer_is_named(tmp_path: Path, bad: dict[str, Any], words: tuple[str, ...]) -> None:
    path = write_keras(
        tmp_path / "m.keras",
        sequential([bad]),
        random_weights({"conv2d": ((3, 3, 1, 2), (2,)), "dense": ((1, 2), (2,))}),
    )
    with pytest.raises(ThimbleError) as caught:
        read_keras_graph(path)
    assert caught.value.code == "unsupported-operator"
    assert all(word in caught.value.what for word in words)
    assert caught.value.hint


def test_code_in_a_model_is_refused(tmp_path: Path) -> None:
    own = {**layer("MyDense", "mine"), "module": "my_code", "registered_name": "my>MyDense"}
    for bad in (layer("Lambda", "trick", function="…"), own):
        path = write_keras(tmp_path / "m.keras", sequential([bad]), {})
        with pytest.raises(ThimbleError) as caught:
            check_model_file(path)
        assert caught.value.code == "unsafe-model"
        assert repr(bad["config"]["name"]) in caught.value.what


def test_a_custom_model_class_is_refused(tmp_path: Path) -> None:
    model = {**sequential([]), "module": "my_code", "class_name": "Mine", "registered_name": "my>Mine"}
    with pytest.raises(ThimbleError) as caught:
        check_model_file(write_keras(tmp_path / "m.keras", model, {}))
    assert caught.value.code == "unsafe-model"


def test_a_shared_layer_is_refused(tmp_path: Path) -> None:
    model = _functional([layer("Flatten", "flat"), dense("d", 3)], {"d": "flat", "flat": "in"})
    model["config"]["layers"][1]["inbound_nodes"] *= 2
    with pytest.raises(ThimbleError, match="used 2 times"):
        check_model_file(write_keras(tmp_path / "m.keras", model, {}))


@pytest.mark.parametrize("content", [b"", b"just text", b"PK\x05\x06 broken"])
def test_a_file_that_is_no_model(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.keras"
    path.write_bytes(content)
    with pytest.raises(ThimbleError) as caught:
        check_model_file(path)
    assert caught.value.code == "bad-model"
    assert str(path) in caught.value.what


@pytest.mark.parametrize(
    ("config", "weights"),
    [
        ("no json", {}),
        ("[]", {}),
        ("{}", {}),
        ('{"class_name": "Sequential", "config": 3}', {}),
        (small_net(), None),
    ],
)
def test_a_zip_that_is_no_model(tmp_path: Path, config: Any, weights: Any) -> None:
    with pytest.raises(ThimbleError) as caught:
        check_model_file(write_keras(tmp_path / "m.keras", config, weights))
    assert caught.value.code == "bad-model"


def test_missing_weights_are_told(tmp_path: Path) -> None:
    weights = random_weights(SMALL_NET_WEIGHTS)
    del weights["dense_1"]
    with pytest.raises(ThimbleError) as caught:
        read_keras_graph(write_keras(tmp_path / "m.keras", small_net(), weights))
    assert caught.value.code == "bad-model"
    assert "'answer'" in caught.value.what


def test_an_open_input_shape_is_refused(tmp_path: Path) -> None:
    model = sequential([conv("c", 2)], (None, None, None, 1))
    weights = random_weights({"conv2d": ((3, 3, 1, 2), (2,))})
    with pytest.raises(ThimbleError, match="open shape"):
        read_keras_graph(write_keras(tmp_path / "m.keras", model, weights))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("none.keras", "missing-file"),
        ("zoo:magic", "unknown-model"),
        ("model.onnx", "broken-file"),
        (".", "unknown-format"),
    ],
)
def test_models_that_cannot_be_opened(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "model.onnx").write_bytes(b"x")
    with pytest.raises(EXPECTED_ERRORS) as caught:
        check_model_file(name if name.startswith("zoo:") else tmp_path / name)
    assert caught.value.code == code
    assert caught.value.hint


def test_the_shipped_model_is_the_papers_lenet() -> None:
    path = resources_dir() / "models" / "lenet-digits.keras"
    check_model_file(path)
    graph = read_keras_graph(path)
    assert graph.parameters == 1_199_882
    assert sum(macs(graph, op) for op in graph.ops) == 11_992_448


def test_reading_needs_neither_keras_nor_tensorflow(tmp_path: Path) -> None:
    path = write_small_net(tmp_path / "m.keras")
    code = (
        "import sys; from core.models.keras_graph import read_keras_graph as r;"
        "from core.compress.structured import choose; from core.recipe import Prune;"
        f"choose(r({str(path)!r}), Prune(sparsity=0.5));"
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras', 'sklearn')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pooling_with_padding(tmp_path: Path) -> None:
    model = sequential([pool("p", pool_size=[3, 3], strides=[2, 2], padding="same")])
    graph = read_keras_graph(write_keras(tmp_path / "m.keras", model, {}))
    (op,) = graph.ops
    assert isinstance(op, MaxPool2D)
    assert (op.pool, op.stride, op.padding) == ((3, 3), (2, 2), Padding(0, 1, 0, 1))
    assert graph.tensors[op.outputs[0]].shape == (1, 4, 4, 1)
