"""The small networks of the Raspberry Pi paper for digits on paper and on houses."""

from core.models.zoo.architecture import Architecture, chain
from core.models.zoo.layers import Conv, Drop, Flat, Full, MaxPool, Pad

_SOURCE = "Ameen, Siriwardana, Theodoridis 2023, Optimizing Deep Learning Models For Raspberry Pi"


def _same(filters: int) -> Conv:
    return Conv(filters, padding=Pad.SAME)


MNIST_CNN = Architecture(
    name="mnist-cnn",
    about="two convolutions and two dense layers for MNIST's digits",
    source=_SOURCE,
    input_shape=(28, 28, 1),
    wiring=chain(Conv(32), MaxPool(), Conv(64), MaxPool(), Flat(), Full(128), Drop(0.5), Full(10, last=True)),
    choices="the paper says that it is a CNN of its own; layers and sizes are ours: 225,034 parameters",
)

SVHN_CNN = Architecture(
    name="svhn-cnn",
    about="six convolutions and two dense layers for house numbers",
    source=_SOURCE,
    input_shape=(32, 32, 3),
    wiring=chain(
        _same(32),
        _same(32),
        MaxPool(),
        _same(64),
        _same(64),
        MaxPool(),
        _same(128),
        _same(128),
        MaxPool(),
        Flat(),
        Full(128),
        Drop(0.4),
        Full(10, last=True),
    ),
    choices="the paper says that it is a CNN of its own; layers and sizes are ours: 550,570 parameters",
)
