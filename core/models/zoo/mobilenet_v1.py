"""MobileNetV1 of a quarter of the width, the visual wake words network of MLPerf Tiny."""

from core.models.zoo.architecture import Architecture, Value
from core.models.zoo.blocks import normed
from core.models.zoo.layers import AveragePool, BatchNorm, DepthwiseConv, Flat, Full, Relu

#: Filters of the pointwise convolutions and the stride of the depthwise one before each (Howard et al. 2017,
#: table 1), a quarter of the width.
_BLOCKS = ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), *[(128, 1)] * 5, (256, 2), (256, 1))


def _wire(image: Value) -> Value:
    value = image.then(*normed(8, stride=2))
    for filters, stride in _BLOCKS:
        value = value.then(DepthwiseConv(3, stride), BatchNorm(), Relu())
        value = value.then(*normed(filters, 1))
    return value.then(AveragePool(3), Flat(), Full(2, last=True))


MOBILENET_V1 = Architecture(
    name="mobilenet-v1-025",
    about="thirteen separable convolutions for 96×96 images in three channels: is a person there?",
    source="Banbury et al. 2021, MLPerf Tiny Benchmark: visual wake words",
    input_shape=(96, 96, 3),
    wiring=_wire,
)
