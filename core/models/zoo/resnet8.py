"""ResNet-8, the image classification network of MLPerf Tiny."""

from core.models.zoo.architecture import Architecture, Value
from core.models.zoo.layers import AveragePool, BatchNorm, Conv, Flat, Full, Pad, Relu


def _conv(filters: int, kernel: int = 3, stride: int = 1) -> Conv:
    return Conv(filters, kernel, stride, Pad.SAME, "linear")


def _block(image: Value, filters: int, stride: int) -> Value:
    body = image.then(_conv(filters, 3, stride), BatchNorm(), Relu(), _conv(filters), BatchNorm())
    shortcut = image if stride == 1 else image.then(_conv(filters, 1, stride))
    return shortcut.plus(body).then(Relu())


def _wire(image: Value) -> Value:
    value = image.then(_conv(16), BatchNorm(), Relu())
    for filters, stride in ((16, 1), (32, 2), (64, 2)):
        value = _block(value, filters, stride)
    return value.then(AveragePool(8), Flat(), Full(10, last=True))


RESNET8 = Architecture(
    name="resnet8",
    about="three residual blocks for 32×32 images in three channels",
    source="Banbury et al. 2021, MLPerf Tiny Benchmark: image classification",
    input_shape=(32, 32, 3),
    wiring=_wire,
)
