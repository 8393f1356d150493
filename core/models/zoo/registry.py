"""Every built-in architecture; a new one is a file and a line here."""

from __future__ import annotations

from core.errors import ThimbleError
from core.models.zoo.alexnet import ALEXNET, ALEXNET_DEUTEL, ALEXNET_P
from core.models.zoo.architecture import Architecture
from core.models.zoo.autoencoder import AUTOENCODER
from core.models.zoo.digits_nets import (
    ALEXNET_DIGITS,
    MOBILENET_DIGITS,
    RESNET_DIGITS,
    SIMPLENET_DIGITS,
    VGG_DIGITS,
)
from core.models.zoo.dscnn import DSCNN
from core.models.zoo.lenet import LENET, LENET_P
from core.models.zoo.mobilenet_v1 import MOBILENET_V1
from core.models.zoo.mobilenet_v2 import MOBILENET_V2
from core.models.zoo.resnet8 import RESNET8
from core.models.zoo.resnet34 import RESNET34
from core.models.zoo.resnet50 import RESNET50
from core.models.zoo.resnet_deutel import RESNET_DEUTEL
from core.models.zoo.simplenet import SIMPLENET, SIMPLENET_SLIM
from core.models.zoo.small_cnns import MNIST_CNN, SVHN_CNN
from core.models.zoo.vgg16 import VGG16, VGG16_CIFAR

#: How a built-in architecture is written where a model file is expected: ``zoo:lenet``.
PREFIX = "zoo:"

_ALL = (
    LENET,
    LENET_P,
    ALEXNET,
    ALEXNET_DEUTEL,
    ALEXNET_P,
    SIMPLENET,
    SIMPLENET_SLIM,
    RESNET_DEUTEL,
    RESNET34,
    VGG16_CIFAR,
    MNIST_CNN,
    SVHN_CNN,
    VGG16,
    MOBILENET_V2,
    RESNET50,
    RESNET8,
    DSCNN,
    MOBILENET_V1,
    AUTOENCODER,
    ALEXNET_DIGITS,
    RESNET_DIGITS,
    MOBILENET_DIGITS,
    VGG_DIGITS,
    SIMPLENET_DIGITS,
)


def all_architectures() -> dict[str, Architecture]:
    """By name."""
    return {architecture.name: architecture for architecture in _ALL}


def find_architecture(name: str) -> Architecture:
    """The architecture of this name. Raises ThimbleError ``unknown-model`` with the names that exist."""
    try:
        return all_architectures()[name]
    except KeyError:
        known = ", ".join(all_architectures())
        raise ThimbleError(
            "unknown-model", f"there is no built-in model {name!r}", f"use one of these: {known}"
        ) from None
