"""MobileNetV2 with a new head."""

from core.models.zoo.architecture import Architecture, Value
from core.models.zoo.layers import BatchNorm, Conv, DepthwiseConv, Full, GlobalAveragePool, Pad, Relu, ZeroPad

#: Expansion, filters, blocks and the first block's stride of each stage (Sandler et al. 2018, table 2).
_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
_NORM = BatchNorm(momentum=0.999)


def _conv(filters: int, kernel: int = 1, stride: int = 1) -> Conv:
    return Conv(filters, kernel, stride, Pad.SAME, "linear", use_bias=False)


def _depthwise(image: Value, stride: int) -> Value:
    """Padded as keras.applications pads, so that its weights fit."""
    if stride == 1:
        return image.then(DepthwiseConv(), _NORM, Relu(6.0))
    odd = image.shape[0] % 2
    value = image.then(ZeroPad(odd, 1, odd, 1), DepthwiseConv(3, 2, Pad.VALID))
    return value.then(_NORM, Relu(6.0))


def _block(image: Value, expansion: int, filters: int, stride: int) -> Value:
    channels = image.shape[2]
    wide = image.then(_conv(expansion * channels), _NORM, Relu(6.0)) if expansion > 1 else image
    narrow = _depthwise(wide, stride).then(_conv(filters), _NORM)
    return image.plus(narrow) if stride == 1 and channels == filters else narrow


def _wire(image: Value) -> Value:
    value = image.then(_conv(32, 3, 2), _NORM, Relu(6.0))
    for expansion, filters, blocks, stride in _STAGES:
        for block in range(blocks):
            value = _block(value, expansion, filters, 1 if block else stride)
    return value.then(_conv(1280), _NORM, Relu(6.0), GlobalAveragePool(), Full(2, last=True))


MOBILENET_V2 = Architecture(
    name="mobilenet-v2",
    about="MobileNetV2 with a new head of two classes for 224×224 images: cats or dogs",
    source="Ameen, Siriwardana, Theodoridis 2023, Optimizing Deep Learning Models For Raspberry Pi",
    input_shape=(224, 224, 3),
    wiring=_wire,
    choices=(
        "the paper names MobileNetV2 with a new head alone; here the head is the mean of each channel and a"
        " dense layer with softmax"
    ),
)
