"""VGG16: for CIFAR-10, and as published with a new head."""

from core.models.zoo.architecture import Architecture, chain
from core.models.zoo.blocks import normed, same
from core.models.zoo.layers import Drop, Flat, Full, GlobalAveragePool, LayerSpec, MaxPool

#: Filters of the convolutions between two pools (Simonyan, Zisserman 2014, configuration D).
_STAGES = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))


def _plain() -> list[LayerSpec]:
    layers: list[LayerSpec] = []
    for stage in _STAGES:
        layers += [*(same(filters) for filters in stage), MaxPool()]
    return layers


def _normed() -> list[LayerSpec]:
    layers: list[LayerSpec] = []
    for stage in _STAGES:
        for filters in stage:
            layers += normed(filters)
        layers.append(MaxPool())
    return layers


VGG16_CIFAR = Architecture(
    name="vgg16-cifar",
    about="thirteen convolutions with batch norm and two dense layers for 32×32 images in three channels",
    source="Naveen, Kounte 2024, Optimized Deep Learning Classification Model for Intelligent Edge devices",
    input_shape=(32, 32, 3),
    wiring=chain(*_normed(), Flat(), Full(512), Drop(0.5), Full(10, last=True)),
    choices=(
        "the paper names VGG16 alone; its convolutions with batch norm, and one dense layer of 512 instead of"
        " two of 4096 because 32×32 pixels leave one by then"
    ),
)

VGG16 = Architecture(
    name="vgg16",
    about="VGG16 with a new head of two classes for 224×224 images: horses or humans",
    source="Ameen, Siriwardana, Theodoridis 2023, Optimizing Deep Learning Models For Raspberry Pi",
    input_shape=(224, 224, 3),
    wiring=chain(*_plain(), GlobalAveragePool(), Full(2, last=True)),
    choices=(
        "the paper names VGG16 with a new head alone; here the head is the mean of each channel and a"
        " dense layer with softmax"
    ),
)
