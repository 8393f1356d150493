"""Small networks that hold one operator or a few, converted by TensorFlow with arbitrary fixed weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Network:
    """`build` makes the output tensor from the input; `operators` must be in the converted graph.

    `scale` is the standard deviation of the samples that calibrate the quantization.
    """

    shape: Shape
    build: Callable[[Any], Any]
    operators: set[str]
    scale: float = 1.0


def convert_int8(build: Callable[[Any], Any], shape: Shape, scale: float) -> bytes:
    """The network as full int8 TFLite."""
    import tensorflow as tf

    rng = np.random.default_rng(2)
    converter = tf.lite.TFLiteConverter.from_keras_model(_model(build, shape, rng))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: (
        [rng.normal(size=(1, *shape), scale=scale).astype(np.float32)] for _ in range(20)
    )
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    return bytes(converter.convert())


def convert_float(
    build: Callable[[Any], Any], shape: Shape, float16: bool = False, small: bool = False
) -> bytes:
    """The network as float TFLite: with float32 weights, float16 ones, or (`small`) dynamic-range int8."""
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_keras_model(_model(build, shape, np.random.default_rng(2)))
    if float16 or small:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if float16:
        converter.target_spec.supported_types = [tf.float16]
    return bytes(converter.convert())


def _model(build: Callable[[Any], Any], shape: Shape, rng: np.random.Generator) -> Any:
    import keras

    keras.utils.set_random_seed(1)
    source = keras.Input(shape, batch_size=1)
    model = keras.Model(source, build(source))
    for layer in model.layers:
        layer.set_weights([_weights(rng, w) for w in layer.get_weights()])
    return model


def _weights(rng: np.random.Generator, weights: np.ndarray) -> np.ndarray:
    if (weights == 1).all():  # a scale or a variance, which must stay positive
        return rng.uniform(0.5, 1.5, size=weights.shape).astype(np.float32)
    return rng.normal(scale=0.3, size=weights.shape).astype(np.float32)


def _layers() -> Any:
    from keras import layers

    return layers


def _ops() -> Any:
    from keras import ops

    return ops


def _depthwise(x: Any) -> Any:
    k = _layers()
    x = k.DepthwiseConv2D(3, padding="same", activation="relu6")(x)
    x = k.DepthwiseConv2D((2, 3), strides=2, depth_multiplier=2)(x)
    return k.DepthwiseConv2D(3, dilation_rate=2, padding="same", use_bias=False)(x)


def _average_pool(x: Any) -> Any:
    k = _layers()
    x = k.AveragePooling2D(3, strides=2, padding="same")(x)
    return k.AveragePooling2D((2, 1))(x)


def _global_average(x: Any) -> Any:
    k = _layers()
    return k.Dense(5)(k.GlobalAveragePooling2D()(k.Conv2D(6, 3, activation="relu")(x)))


def _residual(x: Any) -> Any:
    k = _layers()
    a = k.Conv2D(4, 3, padding="same")(x)
    b = k.Conv2D(4, 1, activation="relu")(x)
    return k.ReLU()(k.Add()([a, k.Add()([a, b])]))


def _broadcast_sum(x: Any) -> Any:
    k = _layers()
    a = k.Conv2D(4, 3, padding="same")(x)
    mean = k.GlobalAveragePooling2D(keepdims=True)(a)
    return k.Subtract()([k.Add()([a, mean]), k.Conv2D(1, 1)(x)])


def _excite(x: Any) -> Any:
    k = _layers()
    a = k.Conv2D(4, 3, padding="same")(x)
    gate = k.Dense(4, activation="sigmoid")(k.GlobalAveragePooling2D(keepdims=True)(a))
    return k.Multiply()([a, gate])


def _pad_and_concat(x: Any) -> Any:
    k = _layers()
    a = k.ZeroPadding2D(((1, 0), (2, 1)))(x)
    b = k.Conv2D(5, 2, padding="same", activation="relu")(a)
    return k.Concatenate()([a, b, a])


def _concat_rows(x: Any) -> Any:
    k = _layers()
    return k.Concatenate(axis=1)([k.Conv2D(2, 3)(x), k.Conv2D(2, 3)(x)])


def _means(axes: tuple[int, ...]) -> Callable[[Any], Any]:
    return lambda x: _ops().mean(x * 1.7 + 0.3, axis=axes)


def _unary(name: str) -> Callable[[Any], Any]:
    return lambda x: _layers().Activation(name)(x)


def _leaky(x: Any) -> Any:
    return _layers().LeakyReLU(negative_slope=0.3)(x)


def _prelu(x: Any) -> Any:
    return _layers().PReLU(shared_axes=[1, 2])(x)


def _slices(x: Any) -> Any:
    left, right = x[:, 1:5, :, 1:], x[:, :4, ::-1, :2]
    return _layers().Concatenate()([left, right])


def _split(x: Any) -> Any:
    a, b, c = _ops().split(_layers().Conv2D(6, 1)(x), 3, axis=-1)
    return _layers().Concatenate()([c, a, b, a])


def _transpose(x: Any) -> Any:
    return _layers().Conv2D(3, 2)(_layers().Permute((3, 1, 2))(x))


def _resize(kind: str) -> Callable[[Any], Any]:
    return lambda x: _layers().UpSampling2D((2, 3), interpolation=kind)(x)


def _extremes(x: Any) -> Any:
    k = _layers()
    a, b = k.MaxPooling2D(2, strides=1, padding="same")(x), x
    return _ops().minimum(k.Maximum()([a, b]), x)


def _groups(x: Any) -> Any:
    return _layers().Conv2D(6, 3, groups=2, padding="same", activation="relu")(x)


IMAGE = (9, 7, 4)
FLAT = (256,)

INT8_NETWORKS = {
    "depthwise": Network(IMAGE, _depthwise, {"DepthwiseConv2D"}),
    "average_pool": Network(IMAGE, _average_pool, {"AveragePool2D"}),
    "global_average": Network(IMAGE, _global_average, {"Mean"}),
    "mean_of_rows": Network((5, 6, 3), _means((1,)), {"Mean"}),
    "mean_of_channels": Network((5, 6, 3), _means((3,)), {"Mean"}),
    "residual": Network(IMAGE, _residual, {"Add"}),
    "broadcast_sum": Network(IMAGE, _broadcast_sum, {"Add", "Sub"}),
    "excite": Network(IMAGE, _excite, {"Mul", "Sigmoid"}),
    "pad_and_concat": Network(IMAGE, _pad_and_concat, {"Pad", "Concat"}),
    "concat_rows": Network(IMAGE, _concat_rows, {"Concat"}),
    "relu": Network(FLAT, _unary("relu"), {"Relu"}),
    "relu6": Network(FLAT, _unary("relu6"), {"Relu"}, scale=4.0),
    "leaky_relu": Network(FLAT, _leaky, {"LeakyRelu"}),
    "sigmoid": Network(FLAT, _unary("sigmoid"), {"Sigmoid"}, scale=3.0),
    "tanh": Network(FLAT, _unary("tanh"), {"Tanh"}, scale=2.0),
    "gelu": Network(FLAT, _unary("gelu"), {"Gelu"}),
    "silu": Network(FLAT, _unary("silu"), {"Sigmoid", "Mul"}),
    "hard_swish": Network(FLAT, _unary("hard_silu"), {"HardSwish"}, scale=3.0),
    "extremes": Network(IMAGE, _extremes, {"Minimum", "Maximum"}),
    "slices": Network(IMAGE, _slices, {"Slice", "Concat"}),
    "split": Network(IMAGE, _split, {"Split", "Concat"}),
    "transpose": Network(IMAGE, _transpose, {"Transpose"}),
}


def _mixed(x: Any) -> Any:
    """Every layer of the published networks at once."""
    k = _layers()
    a = k.BatchNormalization()(k.Conv2D(6, 3, strides=2, padding="same", activation="relu6")(x))
    b = k.DepthwiseConv2D(3, padding="same", dilation_rate=2)(a)
    c = k.Add()([a, k.ReLU()(b)])
    d = k.AveragePooling2D(2, strides=1, padding="same")(k.MaxPooling2D(2, padding="same")(c))
    return k.Dense(5, activation="softmax")(k.Dense(7, activation="relu")(k.Flatten()(d)))


def _wide(x: Any) -> Any:
    k = _layers()
    return k.Dense(40)(k.Dense(60, activation="relu")(x))


def _normed(x: Any) -> Any:
    return _layers().BatchNormalization()(x)


def _arithmetic(x: Any) -> Any:
    k = _layers()
    a = k.Conv2D(4, 1)(x)
    return _ops().divide(k.Multiply()([k.Subtract()([a, x]), a]), x * x + 1.0)


def _reduced(x: Any) -> Any:
    o = _ops()
    return o.concatenate([o.sum(x, axis=(1, 2)), o.max(x, axis=(1, 2)), o.mean(x, axis=(1, 2))], axis=-1)


def _positive(name: str) -> Callable[[Any], Any]:
    return lambda x: getattr(_ops(), name)(_ops().abs(x) + 0.01)


def _log_softmax(x: Any) -> Any:
    return _ops().log_softmax(x, axis=-1)


FLOAT_NETWORKS = {
    "mixed": Network(
        IMAGE, _mixed, {"Conv2D", "DepthwiseConv2D", "Add", "MaxPool2D", "AveragePool2D", "Dense"}
    ),
    "wide": Network(
        FLAT, lambda x: _layers().Dense(40)(_layers().Dense(60, activation="relu")(x)), {"Dense"}
    ),
    "normed": Network(IMAGE, _normed, {"Mul", "Add"}),
    "arithmetic": Network(IMAGE, _arithmetic, {"Sub", "Mul", "Div"}),
    "reduced": Network(IMAGE, _reduced, {"ReduceSum", "ReduceMax", "Mean"}),
    "exp": Network(FLAT, _unary("exponential"), {"Exp"}),
    "log": Network(FLAT, _positive("log"), {"Log"}),
    "sqrt": Network(FLAT, _positive("sqrt"), {"Sqrt"}),
    "log_softmax": Network(FLAT, _log_softmax, {"LogSoftmax"}),
    "elu": Network(FLAT, _unary("elu"), {"Elu"}),
    "extremes": INT8_NETWORKS["extremes"],
    "groups": Network(IMAGE, _groups, {"Conv2D"}),
    "prelu": Network(IMAGE, _prelu, {"PRelu"}),
    **{
        name: INT8_NETWORKS[name]
        for name in ("relu", "relu6", "leaky_relu", "sigmoid", "tanh", "gelu", "silu", "hard_swish")
    },
    **{
        name: INT8_NETWORKS[name]
        for name in (
            "depthwise",
            "global_average",
            "pad_and_concat",
            "slices",
            "split",
            "transpose",
            "extremes",
        )
    },
}
INT8_NETWORKS["groups"] = Network(IMAGE, _groups, {"Conv2D"})
INT8_NETWORKS["prelu"] = Network(IMAGE, _prelu, {"PRelu"})
