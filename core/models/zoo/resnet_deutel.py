"""The ResNet of the deep-compression paper."""

from core.models.zoo.architecture import Architecture, Value
from core.models.zoo.layers import BatchNorm, Conv, Flat, Full, MaxPool, Relu


def _block(image: Value, filters: int) -> Value:
    body = image.then(
        Conv(filters, activation="linear"),
        BatchNorm(),
        Relu(),
        Conv(filters, activation="linear"),
        BatchNorm(),
    )
    return body.plus(image.then(Conv(filters, 5, activation="linear"), BatchNorm())).then(Relu())


def _wire(image: Value) -> Value:
    value = image.then(Conv(64, activation="linear"), BatchNorm(), Relu())
    for filters in (64, 128, 256, 512):
        value = _block(value, filters)
    return value.then(MaxPool(), Flat(), Full(10, last=True))


RESNET_DEUTEL = Architecture(
    name="resnet-deutel",
    about="four residual blocks for 32×32 images in three channels",
    source="Deutel et al. 2022, Energy-efficient Deployment of Deep Learning Applications on Cortex-M",
    input_shape=(32, 32, 3),
    wiring=_wire,
    choices=(
        "the paper leaves stem and shortcuts open; an unpadded stem, unpadded blocks with an unpadded 5×5"
        " convolution as shortcut, and a max pool give its 25088 features and 9.4 million parameters"
        " (9,377,354 without the batch norms)"
    ),
)
