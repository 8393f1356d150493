"""SimpleNet and its slim edition for CIFAR-10."""

from core.models.zoo.architecture import Architecture, Wiring, chain
from core.models.zoo.blocks import normed
from core.models.zoo.layers import Conv, Flat, Full, LayerSpec, MaxPool, Pad

_SOURCE = "Salmon, Finge 2020, Comparison and compression of neural networks on Cifar10 Dataset"
#: After which convolutions a max pool comes, counted from 1.
_POOLED = frozenset({4, 7, 9, 12, 13})
_NORMED = range(1, 11)
_ONE_BY_ONE = frozenset({11, 12})


def _wiring(filters: tuple[int, ...]) -> Wiring:
    layers: list[LayerSpec] = []
    for place, count in enumerate(filters, start=1):
        kernel = 1 if place in _ONE_BY_ONE else 3
        if place in _NORMED:
            layers += normed(count, kernel)
        else:
            layers.append(Conv(count, kernel, padding=Pad.SAME))
        if place in _POOLED:
            layers.append(MaxPool())
    return chain(*layers, Flat(), Full(10, last=True))


SIMPLENET = Architecture(
    name="simplenet",
    about="thirteen convolutions for 32×32 images in three channels",
    source=_SOURCE,
    input_shape=(32, 32, 3),
    wiring=_wiring((64, *[128] * 5, *[256] * 3, 512, 2048, 256, 256)),
)

SIMPLENET_SLIM = Architecture(
    name="simplenet-slim",
    about="simplenet with about a quarter of the filters",
    source=_SOURCE,
    input_shape=(32, 32, 3),
    wiring=_wiring((64, *[32] * 5, *[64] * 3, 128, 256, 64, 64)),
)
