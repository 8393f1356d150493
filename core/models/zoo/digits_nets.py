"""Small networks for 28×28 images: on the digits they stand in for the large ones of the papers."""

from core.models.zoo.architecture import Architecture, Value, chain
from core.models.zoo.layers import BatchNorm, Conv, Flat, Full, LayerSpec, MaxPool, Pad, Relu

_SOURCE = "Thimble"
#: Few batches have to be enough for the statistics.
_MOMENTUM = 0.9


def _normed(filters: int, kernel: int = 3, stride: int = 1) -> list[LayerSpec]:
    convolution = Conv(filters, kernel, stride, Pad.SAME, "linear")
    return [convolution, BatchNorm(_MOMENTUM), Relu()]


def _same(filters: int) -> Conv:
    return Conv(filters, padding=Pad.SAME)


def _residual(image: Value) -> Value:
    value = image.then(*_normed(8, stride=2))
    for filters, stride in ((8, 1), (16, 2), (32, 2)):
        body = value.then(*_normed(filters, stride=stride), *_normed(filters)[:2])
        shortcut = value if stride == 1 else value.then(*_normed(filters, 1, stride)[:2])
        value = shortcut.plus(body).then(Relu())
    return value.then(Flat(), Full(10, last=True))


ALEXNET_DIGITS = Architecture(
    name="alexnet-digits",
    about="a network of AlexNet's kind for the digits: four convolutions and three dense layers",
    source=_SOURCE,
    input_shape=(28, 28, 1),
    wiring=chain(
        Conv(16, 2, 2),
        _same(32),
        MaxPool(),
        _same(48),
        _same(32),
        MaxPool(),
        Flat(),
        Full(96),
        Full(64),
        Full(10, last=True),
    ),
)

RESNET_DIGITS = Architecture(
    name="resnet-digits",
    about="a network of ResNet's kind for the digits: three residual blocks",
    source=_SOURCE,
    input_shape=(28, 28, 1),
    wiring=_residual,
)

VGG_DIGITS = Architecture(
    name="vgg-digits",
    about="a network of VGG16's kind for the digits: six convolutions with batch norm and two dense layers",
    source=_SOURCE,
    input_shape=(28, 28, 1),
    wiring=chain(
        *_normed(8),
        MaxPool(),
        *_normed(16),
        *_normed(16),
        MaxPool(),
        *_normed(32),
        *_normed(32),
        *_normed(32),
        MaxPool(),
        Flat(),
        Full(64),
        Full(10, last=True),
    ),
)

SIMPLENET_DIGITS = Architecture(
    name="simplenet-digits",
    about="a network of SimpleNet's kind for the digits: seven convolutions and one dense layer",
    source=_SOURCE,
    input_shape=(28, 28, 1),
    wiring=chain(
        *_normed(16),
        MaxPool(),
        *_normed(16),
        *_normed(32),
        MaxPool(),
        *_normed(32),
        *_normed(48),
        MaxPool(),
        Conv(64, 1),
        Conv(32, 1),
        Flat(),
        Full(10, last=True),
    ),
)
