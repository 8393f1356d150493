"""ResNet50 with a new head."""

from core.models.zoo.architecture import Architecture, Value
from core.models.zoo.layers import BatchNorm, Conv, Full, GlobalAveragePool, MaxPool, Relu, ZeroPad

#: Filters, blocks and the first block's stride of each stage (He et al. 2015, table 1).
_STAGES = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))
_NORM = BatchNorm(epsilon=1.001e-5)


def _conv(filters: int, kernel: int = 1, stride: int = 1) -> Conv:
    return Conv(filters, kernel, stride, activation="linear")


def _block(image: Value, filters: int, stride: int, widens: bool) -> Value:
    """A bottleneck; layers in the order of keras.applications, so that its weights fit."""
    shortcut = image.then(_conv(4 * filters, 1, stride), _NORM) if widens else image
    body = image.then(
        _conv(filters, 1, stride),
        _NORM,
        Relu(),
        ZeroPad(1, 1, 1, 1),
        _conv(filters, 3),
        _NORM,
        Relu(),
        _conv(4 * filters),
        _NORM,
    )
    return shortcut.plus(body).then(Relu())


def _wire(image: Value) -> Value:
    value = image.then(ZeroPad(3, 3, 3, 3), _conv(64, 7, 2), _NORM, Relu())
    value = value.then(ZeroPad(1, 1, 1, 1), MaxPool(3, 2))
    for filters, blocks, stride in _STAGES:
        for block in range(blocks):
            value = _block(value, filters, 1 if block else stride, widens=not block)
    return value.then(GlobalAveragePool(), Full(5, last=True))


RESNET50 = Architecture(
    name="resnet50",
    about="ResNet50 with a new head of five classes for 224×224 images: flowers",
    source="Ameen, Siriwardana, Theodoridis 2023, Optimizing Deep Learning Models For Raspberry Pi",
    input_shape=(224, 224, 3),
    wiring=_wire,
    choices=(
        "the paper names ResNet50 with a new head alone; here the head is the mean of each channel and a"
        " dense layer with softmax"
    ),
)
