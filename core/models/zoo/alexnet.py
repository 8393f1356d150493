"""Two AlexNets for CIFAR-10, and a pocket edition."""

from core.models.zoo.architecture import Architecture, chain
from core.models.zoo.blocks import normed, same
from core.models.zoo.layers import Flat, Full, MaxPool, Pad

_DENSE = (Full(2048), Full(2048), Full(10, last=True))


ALEXNET_DEUTEL = Architecture(
    name="alexnet-deutel",
    about="four convolutions with batch norm and three dense layers for 32×32 images in three channels",
    source="Deutel et al. 2022, Energy-efficient Deployment of Deep Learning Applications on Cortex-M",
    input_shape=(32, 32, 3),
    wiring=chain(
        *normed(64, 2, 2, Pad.VALID),
        *normed(192, padding=Pad.VALID),
        *normed(384, padding=Pad.VALID),
        *normed(256, padding=Pad.VALID),
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
        same(64),
        MaxPool(),
        same(192),
        MaxPool(),
        same(384),
        same(256),
        same(256),
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
        same(16),
        MaxPool(),
        same(48),
        MaxPool(),
        same(96),
        same(64),
        MaxPool(),
        Flat(),
        Full(128),
        Full(128),
        Full(10, last=True),
    ),
)
