"""Layers of common small networks, a family of operators each, as Keras 3 and TensorFlow convert them."""

from __future__ import annotations

from typing import Any

from tests.tf.operator_networks import FLAT, IMAGE, Network

ROWS = (24, 6)


def _layers() -> Any:
    from keras import layers

    return layers


def _ops() -> Any:
    from keras import ops

    return ops


def _lambda(function: str, shape: tuple[int, ...], **options: Any) -> Any:
    """A function of TensorFlow's own, that Keras has no name for."""
    import operator

    import tensorflow as tf

    call = operator.attrgetter(function)(tf)
    return _layers().Lambda(lambda t: call(t, **options), output_shape=shape)


def _convolutions_1d(x: Any) -> Any:
    k = _layers()
    a = k.Conv1D(8, 3, padding="causal", dilation_rate=2, activation="relu")(x)
    b = k.SeparableConv1D(8, 3, padding="same")(k.Conv1D(8, 5, padding="same")(x))
    c = k.DepthwiseConv1D(3, padding="same")(k.Add()([a, b]))
    d = k.BatchNormalization()(k.Conv1D(6, 3, strides=2)(c))
    return k.Dense(5)(k.GlobalAveragePooling1D()(k.AveragePooling1D(2)(k.MaxPooling1D(2)(d))))


def _separable(x: Any) -> Any:
    k = _layers()
    a = k.SeparableConv2D(8, 3, padding="same", activation="relu")(x)
    return k.Conv2D(5, 3, dilation_rate=2, padding="same")(k.GlobalMaxPooling2D(keepdims=True)(a) + a)


def _transposed(x: Any) -> Any:
    k = _layers()
    a = k.Conv2DTranspose(5, 3, strides=2, padding="same", activation="relu")(x)
    return k.Conv2DTranspose(3, (2, 4), strides=(1, 3))(a)


def _transposed_1d(x: Any) -> Any:
    return _layers().Conv1DTranspose(5, 4, strides=3, use_bias=False)(x)


def _dense_of_rows(x: Any) -> Any:
    k = _layers()
    return k.Dense(5)(k.Dense(7, activation="relu", use_bias=False)(x))


def _attention(x: Any) -> Any:
    return _layers().MultiHeadAttention(2, 4)(x, x)


def _similarity(x: Any) -> Any:
    k, o = _layers(), _ops()
    scores = k.Softmax()(o.matmul(k.Dense(8)(x), o.transpose(k.Dense(8)(x), (0, 2, 1))))
    return o.matmul(scores, k.Dense(8)(x))


def _normalized(x: Any) -> Any:
    k = _layers()
    return k.LayerNormalization()(k.UnitNormalization()(x))


def _normalized_groups(x: Any) -> Any:
    return _layers().GroupNormalization(2)(x)


def _quotient(x: Any) -> Any:
    o = _ops()
    return x / (o.abs(x) + 1.0)


def _squares(x: Any) -> Any:
    o = _ops()
    return o.subtract(o.var(x, axis=-1, keepdims=True), o.square(x - 0.3))


def _log_softmax(x: Any) -> Any:
    return _layers().Activation("log_softmax")(x)


def _sums(x: Any) -> Any:
    o = _ops()
    return o.sum(x, axis=(1, 2))


def _sums_of_channels(x: Any) -> Any:
    return _ops().sum(x, axis=-1, keepdims=True)


def _smallest(x: Any) -> Any:
    return _ops().min(x, axis=(1, 2))


def _apart(x: Any) -> Any:
    o = _ops()
    return o.concatenate([o.mean(x, axis=(1, 3)), o.max(x, axis=(1, 3))], axis=-1)


def _bilinear(x: Any) -> Any:
    k = _layers()
    resize = "compat.v1.image.resize_bilinear"
    a = k.UpSampling2D((2, 3), interpolation="bilinear")(x)
    b = _lambda(resize, (5, 11, 4), size=(5, 11), align_corners=True)(a)
    return _lambda(resize, (7, 6, 4), size=(7, 6))(b)


def _nearest(x: Any) -> Any:
    k = _layers()
    resize = "compat.v1.image.resize_nearest_neighbor"
    a = _lambda(resize, (5, 11, 4), size=(5, 11), align_corners=True)(k.UpSampling2D(2)(x))
    b = _lambda(resize, (7, 6, 4), size=(7, 6))(a)
    return _lambda("image.resize", (3, 8, 4), size=(3, 8), method="nearest")(b)


def _cut(x: Any) -> Any:
    o = _ops()
    a = o.flip(x, axis=2)[:, ::-2, 1:6]
    b = o.stack([a, a], axis=2)[:, :, 1][..., :3]
    first, *_, last = o.unstack(b, axis=1)
    return o.concatenate([first[:, None], last[:, None, -4:]], axis=2)


def _moved(x: Any) -> Any:
    a = _lambda("nn.space_to_depth", (4, 3, 16), block_size=2)(x[:, :8, :6])
    return _lambda("nn.depth_to_space", (8, 6, 4), block_size=2)(a * 1.5)


def _places(x: Any) -> Any:
    o = _ops()
    a = _lambda("pad", (12, 9, 4), paddings=[[0, 0], [2, 1], [1, 1], [0, 0]], mode="REFLECT")(x)
    b = _lambda("pad", (12, 10, 5), paddings=[[0, 0], [0, 0], [1, 0], [0, 1]], mode="SYMMETRIC")(a)
    return o.tile(o.take(b, [3, 1, 5, 3], axis=1), (1, 1, 2, 1))


def _largest(x: Any) -> Any:
    import tensorflow as tf

    return _lambda("math.argmax", (7, 4), axis=1, output_type=tf.int32)(x)


def _recurrent(x: Any) -> Any:
    k = _layers()
    return k.GRU(4, unroll=True)(k.LSTM(5, unroll=True, return_sequences=True)(x))


def _choices(x: Any) -> Any:
    o = _ops()
    a = o.where(x > 0.2, o.floor(3 * x), o.sin(x))
    b = o.where(o.logical_and(x < 0.5, o.not_equal(a, 0.0)), o.round(3 * x), o.power(x, 3.0))
    return o.sign(b) + o.prod(x[:, :, :2], axis=2, keepdims=True) + o.cumsum(o.cos(a), axis=2)


LAYERS = {
    "convolutions_1d": Network(ROWS, _convolutions_1d, {"Conv2D", "DepthwiseConv2D", "AveragePool2D"}),
    "separable": Network(IMAGE, _separable, {"DepthwiseConv2D", "ReduceMax"}),
    "transposed": Network(IMAGE, _transposed, {"ConvTranspose2D"}),
    "transposed_1d": Network(ROWS, _transposed_1d, {"ConvTranspose2D"}),
    "dense_of_rows": Network(ROWS, _dense_of_rows, {"Conv2D"}),
    "attention": Network(ROWS, _attention, {"MatMul", "Softmax", "Transpose"}),
    "similarity": Network(ROWS, _similarity, {"MatMul", "Softmax"}),
    "normalized": Network(ROWS, _normalized, {"SquaredDifference", "Rsqrt", "ReduceSum"}),
    "normalized_groups": Network(IMAGE, _normalized_groups, {"Mean", "Rsqrt"}),
    "quotient": Network(FLAT, _quotient, {"Abs", "Div"}),
    "squares": Network(ROWS, _squares, {"SquaredDifference"}),
    "log_softmax": Network(FLAT, _log_softmax, {"LogSoftmax"}, scale=3.0),
    "sums": Network(IMAGE, _sums, {"ReduceSum"}),
    "sums_of_channels": Network(IMAGE, _sums_of_channels, {"ReduceSum"}),
    "smallest": Network(IMAGE, _smallest, {"ReduceMin"}),
    "apart": Network(IMAGE, _apart, {"Mean", "ReduceMax"}),
    "bilinear": Network((4, 3, 4), _bilinear, {"ResizeBilinear"}),
    "nearest": Network((4, 3, 4), _nearest, {"Take"}),
    "cut": Network(IMAGE, _cut, {"Slice", "Concat", "Split"}),
    "moved": Network(IMAGE, _moved, {"Transpose"}),
    "places": Network(IMAGE, _places, {"Take"}),
    "largest": Network(IMAGE, _largest, {"ArgMax"}),
    "recurrent": Network((5, 3), _recurrent, {"Dense", "Tanh", "Sigmoid"}),
}
#: TFLite compares int8 numbers of different scales; the compiler does not.
FLOAT_LAYERS = {
    **LAYERS,
    "choices": Network(IMAGE, _choices, {"Compare", "Select", "Floor", "Sin", "Power", "CumSum"}),
}
