"""Keras models against their Graphs, their surgery and their exports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.frontends import load_graph
from codegen.graph import Graph
from core.compress.quantizers import PostTraining, find_quantizer
from core.compress.structured import choose, find_groups, prune_graph
from core.data import DataSet, load_data
from core.data.dataset import FloatArray
from core.errors import ThimbleError
from core.evaluate import evaluate_keras
from core.models.keras_graph import graph_of_model, read_keras_graph
from core.models.keras_model import parameters_by_layer
from core.models.keras_surgery import keep_channels
from core.models.loading import load_keras
from core.models.onnx_export import write_onnx
from core.models.tflite_export import to_tflite
from core.models.tflite_weights import read_tflite_weights
from core.models.zoo import all_architectures, find_architecture
from core.paths import resources_dir
from core.recipe import Prune, Quantize, QuantizeKind, Scope
from core.runners.tflite import TfliteRunner
from tests.tf.conftest import build_small
from tests.unit.compress.graphs import compute

pytestmark = pytest.mark.tf


def _functional() -> Any:
    """Strides, padding, dilation, ReLU layers, no biases, two layers of a class in odd order."""
    import keras

    keras.utils.set_random_seed(1)
    layers = keras.layers
    image = keras.Input((13, 11, 2), name="image")
    x = layers.Conv2D(5, (3, 5), strides=(2, 1), padding="same", use_bias=False, name="zeta")(image)
    x = layers.ReLU(max_value=6.0, name="limited")(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="pool")(x)
    x = layers.Conv2D(7, 2, dilation_rate=2, padding="same", name="alpha")(x)
    x = layers.Activation("relu", name="act")(x)
    x = layers.Reshape((-1,), name="flat")(x)
    x = layers.Dense(9, activation="relu", use_bias=False, name="dense_7")(x)
    x = layers.Dense(4, name="dense")(x)
    return keras.Model(image, layers.Softmax(name="soft")(x), name="functional")


def _fixed_reshape() -> Any:
    import keras

    keras.utils.set_random_seed(2)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.Reshape((64,)),
            layers.Dense(5, activation="relu"),
            layers.Dense(3),
        ]
    )


MODELS = pytest.mark.parametrize("build", [build_small, _functional, _fixed_reshape])


def _with_random_biases(model: Any) -> Any:
    rng = np.random.default_rng(5)
    for layer in model.layers:
        weights = layer.get_weights()
        if len(weights) == 2:
            layer.set_weights([weights[0], rng.normal(size=weights[1].shape).astype(np.float32)])
    return model


def _images(model: Any, count: int = 6) -> Any:
    return np.random.default_rng(0).random((count, *model.input_shape[1:]), np.float32)


def _same(a: Graph, b: Graph) -> bool:
    return a.tensors.keys() == b.tensors.keys() and all(
        t.shape == b.tensors[n].shape and np.array_equal(t.data, b.tensors[n].data)  # type: ignore[arg-type]
        for n, t in a.tensors.items()
        if t.data is not None
    )


@MODELS
def test_the_graph_of_a_file_computes_what_keras_does(build: Any, tmp_path: Path) -> None:
    model = _with_random_biases(build())
    model.save(tmp_path / "m.keras")
    graph = read_keras_graph(tmp_path / "m.keras")
    images = _images(model)
    outputs = np.concatenate([compute(graph, image[None]) for image in images])
    assert outputs == pytest.approx(model(images, training=False).numpy(), abs=1e-5)
    assert _same(graph, graph_of_model(model))


@MODELS
@pytest.mark.parametrize("scope", list(Scope))
def test_the_pruned_model_equals_the_masked_one(build: Any, scope: Scope) -> None:
    model = _with_random_biases(build())
    graph = graph_of_model(model)
    kept = choose(graph, Prune(sparsity=0.6, scope=scope))
    smaller = keep_channels(model, kept)
    assert sum(len(channels) for channels in kept.values()) < sum(g.channels for g in find_groups(graph))
    for name, channels in kept.items():
        layer = model.get_layer(name)
        gone = [n for n in range(layer.get_weights()[0].shape[-1]) if n not in channels]
        masked = [array.copy() for array in layer.get_weights()]
        for array in masked:
            array[..., gone] = 0.0
        layer.set_weights(masked)
    images = _images(model)
    difference = np.abs(smaller(images, training=False).numpy() - model(images, training=False).numpy()).max()
    assert difference <= 1e-5


@MODELS
def test_surgery_equals_pruning_the_graph(build: Any) -> None:
    model = _with_random_biases(build())
    graph = graph_of_model(model)
    kept = choose(graph, Prune(sparsity=0.5))
    rebuilt = keep_channels(model, kept)
    assert _same(graph_of_model(rebuilt), prune_graph(graph, kept))
    assert [layer.name for layer in rebuilt.layers] == [layer.name for layer in model.layers]


#: In the zoo and in `keras.applications`; the largest ones, so each is built in one test alone.
_PUBLISHED = {"vgg16": "VGG16", "mobilenet-v2": "MobileNetV2", "resnet50": "ResNet50"}


@pytest.mark.parametrize("name", sorted(all_architectures().keys() - _PUBLISHED))
def test_the_zoo_counts_what_keras_counts(name: str) -> None:
    _assert_counted(name, find_architecture(name).build())


def _assert_counted(name: str, model: Any) -> None:
    architecture = find_architecture(name)
    assert model.count_params() == architecture.parameters
    assert model.output_shape[1:] == architecture.nodes[-1].output


def test_the_zoo_gives_the_same_weights_for_the_same_seed() -> None:
    first, again = (find_architecture("resnet8").build(seed=3).get_weights() for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


@pytest.mark.parametrize(("name", "published"), _PUBLISHED.items())
def test_published_weights_fit_under_the_new_head(name: str, published: str) -> None:
    """What Keras ships without its top computes, with the same weights, what the zoo's body does."""
    import keras

    body = getattr(keras.applications, published)(
        weights=None, include_top=False, pooling="avg", input_shape=(224, 224, 3)
    )
    model = find_architecture(name).build()
    _assert_counted(name, model)
    *_, head, _ = model.get_weights()
    model.set_weights([*body.get_weights(), head, np.zeros(head.shape[1], np.float32)])
    features = keras.Model(model.inputs[0], model.layers[-2].output)
    images = np.random.default_rng(0).normal(0, 1, (1, 224, 224, 3)).astype(np.float32)
    expected = body(images).numpy()
    assert np.abs(features(images).numpy() - expected).max() <= 1e-5 * np.abs(expected).max()


def test_the_shipped_model_is_good_and_carries_no_optimizer() -> None:
    path = resources_dir() / "models" / "lenet-digits.keras"
    assert evaluate_keras(load_keras(path), load_data("digits")).accuracy >= 0.98
    assert path.stat().st_size < 5_000_000


def test_onnx_computes_what_keras_does(tmp_path: Path) -> None:
    import onnxruntime

    model = _with_random_biases(build_small())
    write_onnx(model, tmp_path / "m.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx", providers=["CPUExecutionProvider"])
    images = _images(model)
    (outputs,) = session.run(None, {session.get_inputs()[0].name: images})
    assert outputs == pytest.approx(model(images, training=False).numpy(), abs=1e-5)


def _as_tflite(model: Any, kind: QuantizeKind, calibration: FloatArray) -> bytes:
    quantizer = find_quantizer(Quantize(kind))
    assert isinstance(quantizer, PostTraining)
    return to_tflite(model, lambda converter: quantizer.configure(converter, lambda: iter(calibration)))


@pytest.mark.parametrize(
    ("kind", "kernel_types", "tolerance"),
    [
        (QuantizeKind.NONE, {"float32"}, 1e-5),
        (QuantizeKind.FLOAT16, {"float16"}, 1e-2),
        (QuantizeKind.DYNAMIC, {"float32", "int8"}, 0.05),
        (QuantizeKind.INT8, {"int8"}, 0.1),
    ],
)
def test_tflite_files_have_one_batch_and_the_asked_numbers(
    kind: QuantizeKind, kernel_types: set[str], tolerance: float, tmp_path: Path, trained_small: Path,
    small_digits: DataSet,
) -> None:  # fmt: skip
    model = load_keras(trained_small)
    path = tmp_path / "m.tflite"
    path.write_bytes(_as_tflite(model, kind, small_digits.x_train[:100]))
    runner = TfliteRunner(path)
    assert runner.sample_shape == (14, 14, 1)
    images = small_digits.x_test[:30]
    outputs = np.concatenate([runner.run(image[None]) for image in images])
    assert np.abs(outputs - model(images, training=False).numpy()).max() <= tolerance
    layers = read_tflite_weights(path)
    assert {str(layer.kernel.dtype) for layer in layers} <= kernel_types
    assert sum(layer.parameters for layer in layers) == model.count_params()
    assert [layer.macs for layer in layers] == [12 * 12 * 9 * 6, 4 * 4 * 9 * 6 * 8, 32 * 24, 24 * 10]


def test_int8_files_take_and_give_int8_with_few_operators(small_digits: DataSet, tmp_path: Path) -> None:
    from ai_edge_litert import schema_py_generated as schema

    content = _as_tflite(build_small(), QuantizeKind.INT8, small_digits.x_train[:20])
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    graph = model.subgraphs[0]
    ends = [graph.tensors[n].type for n in (*graph.inputs, *graph.outputs)]
    assert ends == [schema.TensorType.INT8] * 2
    names = {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
    used = [names[model.operatorCodes[op.opcodeIndex].builtinCode] for op in graph.operators]
    pooled = ["CONV_2D", "MAX_POOL_2D"]
    assert used == [*pooled, *pooled, "RESHAPE", "FULLY_CONNECTED", "FULLY_CONNECTED", "SOFTMAX"]


def test_int8_files_keep_the_names_of_the_layers(small_digits: DataSet, tmp_path: Path) -> None:
    model = build_small()
    path = tmp_path / "named.tflite"
    path.write_bytes(_as_tflite(model, QuantizeKind.INT8, small_digits.x_train[:20]))
    compiled = [op.name for op in load_graph(path).ops if op.kind != "Softmax"]
    left_out = ("InputLayer", "Dropout")
    assert compiled == [layer.name for layer in model.layers if type(layer).__name__ not in left_out]


def test_lambda_layers_are_refused(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Lambda(lambda x: x * 2, name="double")])
    model.save(tmp_path / "m.keras")
    with pytest.raises(ThimbleError) as caught:
        load_keras(tmp_path / "m.keras")
    assert caught.value.code == "unsafe-model"
    assert "'double'" in caught.value.what


def test_an_unsupported_layer_of_keras_is_named(tmp_path: Path) -> None:
    import keras

    layers = [keras.layers.Conv2D(2, 3), keras.layers.LayerNormalization(name="norm")]
    keras.Sequential([keras.Input((4, 4, 1)), *layers]).save(tmp_path / "m.keras")
    with pytest.raises(ThimbleError) as caught:
        load_keras(tmp_path / "m.keras")
    assert caught.value.code == "unsupported-operator"
    assert "'norm'" in caught.value.what


def test_inspection_counts_what_keras_counts(tmp_path: Path) -> None:
    import keras

    from core.services.inspection import inspect_model

    layers = keras.layers
    plain = [layers.Flatten(), layers.Dropout(0.1), layers.Dense(5, use_bias=False), layers.Dense(3)]
    others = [
        layers.BatchNormalization(),
        layers.LSTM(4, return_sequences=True, recurrent_dropout=0.1),
        layers.Bidirectional(layers.GRU(3, return_sequences=True)),
        layers.LSTM(2, use_bias=False),
    ]
    for name, stack in (("plain", plain), ("others", [*others, *plain[1:]])):
        model = keras.Sequential(
            [keras.Input((6, 2)), *[layer.from_config(layer.get_config()) for layer in stack]]
        )
        path = tmp_path / f"{name}.keras"
        model.save(path)
        found = inspect_model(path, name)
        assert found.parameters == model.count_params()
        counted = {layer.name: layer.parameters for layer in found.layers if layer.parameters}
        assert counted == {n: c for n, c in parameters_by_layer(model).items() if c}
