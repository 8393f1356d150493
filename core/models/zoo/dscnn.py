"""DS-CNN, the keyword spotting network of MLPerf Tiny."""

from core.models.zoo.architecture import Architecture, Value
from core.models.zoo.blocks import normed
from core.models.zoo.layers import AveragePool, BatchNorm, Conv, DepthwiseConv, Drop, Flat, Full, Pad, Relu


def _wire(image: Value) -> Value:
    value = image.then(Conv(64, (10, 4), 2, Pad.SAME, "linear"), BatchNorm(), Relu(), Drop(0.2))
    for _ in range(4):
        value = value.then(DepthwiseConv(), BatchNorm(), Relu())
        value = value.then(*normed(64, 1))
    return value.then(Drop(0.4), AveragePool((25, 5)), Flat(), Full(12, last=True))


DSCNN = Architecture(
    name="dscnn",
    about="a convolution and four separable ones for 49 spectra of 10 coefficients",
    source="Banbury et al. 2021, MLPerf Tiny Benchmark: keyword spotting",
    input_shape=(49, 10, 1),
    wiring=_wire,
)
