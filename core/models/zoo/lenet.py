"""LeNet in the shape that the deep-compression paper gives it, and a pocket edition."""

from core.models.zoo.architecture import Architecture, chain
from core.models.zoo.layers import Conv, Flat, Full, MaxPool

LENET = Architecture(
    name="lenet",
    about="two convolutions and two dense layers for 28×28 images in one channel",
    source="Deutel et al. 2022, Energy-efficient Deployment of Deep Learning Applications on Cortex-M",
    input_shape=(28, 28, 1),
    wiring=chain(Conv(32), Conv(64), MaxPool(), Flat(), Full(128), Full(10, last=True)),
)

LENET_P = Architecture(
    name="lenet-p",
    about="the pocket edition of lenet: a quarter of the filters and neurons",
    source="Thimble",
    input_shape=(28, 28, 1),
    wiring=chain(Conv(8), Conv(16), MaxPool(), Flat(), Full(32), Full(10, last=True)),
)
