"""The anomaly detection network of MLPerf Tiny."""

from core.models.zoo.architecture import Architecture, chain
from core.models.zoo.layers import BatchNorm, Full, LayerSpec, Relu


def _normed(units: int) -> tuple[LayerSpec, ...]:
    return Full(units, activation="linear"), BatchNorm(), Relu()


_HIDDEN = (*[128] * 4, 8, *[128] * 4)

AUTOENCODER = Architecture(
    name="autoencoder",
    about="ten dense layers that give back five frames of 128 bands of a machine's sound",
    source="Banbury et al. 2021, MLPerf Tiny Benchmark: anomaly detection",
    input_shape=(640,),
    wiring=chain(*(layer for units in _HIDDEN for layer in _normed(units)), Full(640, activation="linear")),
)
