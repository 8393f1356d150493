"""Small networks for 28×28 images: on the digits they stand in for the large ones of the papers."""

from functools import partial

from core.models.zoo.architecture import Architecture, Value, Wiring, chain
from core.models.zoo.blocks import normed, same
from core.models.zoo.layers import BatchNorm, Conv, DepthwiseConv, Flat, Full, LayerSpec, MaxPool, Relu

#: Few batches have to be enough for the statistics.
_normed = partial(normed, momentum=0.9)
_ANSWER = (Flat(), Full(10, last=True))


def _stand_in(paper: str, kind: str, about: str, wiring: Wiring) -> Architecture:
    """A network of the kind of `paper`'s, named after it."""
    words = f"a network of {kind}'s kind for the digits: {about}"
    return Architecture(f"{paper}-digits", words, "Thimble", (28, 28, 1), wiring)


def _residual(image: Value) -> Value:
    value = image.then(*_normed(8, stride=2))
    for filters, stride in ((8, 1), (16, 2), (32, 2)):
        body = value.then(*_normed(filters, stride=stride), *_normed(filters)[:2])
        shortcut = value if stride == 1 else value.then(*_normed(filters, 1, stride)[:2])
        value = shortcut.plus(body).then(Relu())
    return value.then(*_ANSWER)


def _inverted(image: Value) -> Value:
    """MobileNetV2's blocks: wider, channel by channel, narrow again."""
    value = image.then(*_normed(8, stride=2))
    for filters, stride in ((8, 1), (16, 2), (32, 2)):
        wide = value.then(*_normed(4 * value.shape[2], 1))
        body = wide.then(DepthwiseConv(3, stride), BatchNorm(momentum=0.9), Relu(), *_normed(filters, 1)[:2])
        value = value.plus(body) if stride == 1 else body
    return value.then(*_ANSWER)


def _stages(*stages: tuple[int, ...]) -> list[LayerSpec]:
    """Convolutions with batch norm; after each stage a max pool."""
    layers: list[LayerSpec] = []
    for stage in stages:
        layers += [layer for filters in stage for layer in _normed(filters)]
        layers.append(MaxPool())
    return layers


_ALEXNET = (Conv(16, 2, 2), same(32), MaxPool(), same(48), same(32), MaxPool(), Flat(), Full(96), Full(64))

ALEXNET_DIGITS = _stand_in(
    "alexnet", "AlexNet", "four convolutions and three dense layers", chain(*_ALEXNET, Full(10, last=True))
)
RESNET_DIGITS = _stand_in("resnet", "ResNet", "three residual blocks", _residual)
MOBILENET_DIGITS = _stand_in("mobilenet", "MobileNetV2", "three inverted residual blocks", _inverted)
VGG_DIGITS = _stand_in(
    "vgg",
    "VGG16",
    "six convolutions with batch norm and two dense layers",
    chain(*_stages((8,), (16, 16), (32, 32, 32)), Flat(), Full(64), Full(10, last=True)),
)
SIMPLENET_DIGITS = _stand_in(
    "simplenet",
    "SimpleNet",
    "seven convolutions and one dense layer",
    chain(*_stages((16,), (16, 32), (32, 48)), Conv(64, 1), Conv(32, 1), *_ANSWER),
)
