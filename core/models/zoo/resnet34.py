"""ResNet34 for CIFAR-10."""

from core.models.zoo.architecture import Architecture, Value
from core.models.zoo.layers import BatchNorm, Conv, Full, GlobalAveragePool, Pad, Relu

#: Filters and blocks of each stage (He et al. 2015, table 1).
_STAGES = ((64, 3), (128, 4), (256, 6), (512, 3))


def _conv(filters: int, kernel: int = 3, stride: int = 1) -> Conv:
    return Conv(filters, kernel, stride, Pad.SAME, "linear", use_bias=False)


def _block(image: Value, filters: int, stride: int) -> Value:
    body = image.then(_conv(filters, 3, stride), BatchNorm(), Relu(), _conv(filters), BatchNorm())
    shortcut = image
    if image.shape != body.shape:
        shortcut = image.then(_conv(filters, 1, stride), BatchNorm())
    return body.plus(shortcut).then(Relu())


def _wire(image: Value) -> Value:
    value = image.then(_conv(64), BatchNorm(), Relu())
    for stage, (filters, blocks) in enumerate(_STAGES):
        for block in range(blocks):
            value = _block(value, filters, 2 if stage and not block else 1)
    return value.then(GlobalAveragePool(), Full(10, last=True))


RESNET34 = Architecture(
    name="resnet34",
    about="sixteen residual blocks for 32×32 images in three channels",
    source="Naveen, Kounte 2024, Optimized Deep Learning Classification Model for Intelligent Edge devices",
    input_shape=(32, 32, 3),
    wiring=_wire,
    choices=(
        "the paper names ResNet34 alone; for 32×32 pixels its stem is one 3×3 convolution without pooling, as"
        " is usual on CIFAR-10"
    ),
)
