"""Two AlexNets for CIFAR-10, and a pocket edition."""

from core.models.zoo.architecture import Architecture, chain
from core.models.zoo.layers import BatchNorm, Conv, Flat, Full, MaxPool, Pad, Relu

_DENSE = (Full(2048), Full(2048), Full(10, last=True))


def _normed(filters: int, kernel: int = 3, stride: int = 1) -> tuple[Conv, BatchNorm, Relu]:
    return Conv(filters, kernel, stride, activation="linear"), BatchNorm(), Relu()


def _same(filters: int) -> Conv:
    return Conv(filters, padding=Pad.SAME)


ALEXNET_DEUTEL = Architecture(
    name="alexnet-deutel",
    about="four convolutions with batch norm and three dense layers for 32×32 images in three channels",
    source="Deutel et al. 2022, Energy-efficient Deployment of Deep Learning Applications on Cortex-M",
    input_shape=(32, 32, 3),
    wiring=chain(
        *_normed(64, 2, 2),
        *_normed(192),
        *_normed(384),
        *_normed(256),
        MaxPool(),
        Flat(),
        Full(4096),
        Full(4096),
        Full(10, last=True),
    ),
    choices=(
        "the paper's 44.7 million are the convolutions and dense layers: 44,701,322 without the batch norms"
    ),
)

ALEXNET = Architecture(
    name="alexnet",
    about="five convolutions and four dense layers for 32×32 images in three channels",
    source="Salmon, Finge 2020, Comparison and compression of neural networks on Cifar10 Dataset",
    input_shape=(32, 32, 3),
    wiring=chain(
        _same(64),
        MaxPool(),
        _same(192),
        MaxPool(),
        _same(384),
        _same(256),
        _same(256),
        MaxPool(),
        Flat(),
        *_DENSE,
    ),
    choices="without the paper's optional batch norms, dropout and L2: 14,859,082 parameters",
)

ALEXNET_P = Architecture(
    name="alexnet-p",
    about="a pocket AlexNet: four convolutions and three dense layers for 32×32 images in three channels",
    source="Thimble",
    input_shape=(32, 32, 3),
    wiring=chain(
        _same(16),
        MaxPool(),
        _same(48),
        MaxPool(),
        _same(96),
        _same(64),
        MaxPool(),
        Flat(),
        Full(128),
        Full(128),
        Full(10, last=True),
    ),
)
