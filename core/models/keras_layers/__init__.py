"""One converter for each Keras layer that the compiler knows: options and weights in, operators out.

One file a family; `stored` tells weights and constants apart, both ways.
"""

from core.models.keras_layers import activations, joints, movements, normalization, weighted, windows
from core.models.keras_layers.converted import Converted, Converter
from core.models.keras_layers.windows import same_padding

#: By Keras' class. Inputs are no layers here: they have no source.
CONVERTERS: dict[str, Converter] = {
    **weighted.CONVERTERS,
    **windows.CONVERTERS,
    **normalization.CONVERTERS,
    **activations.CONVERTERS,
    **joints.CONVERTERS,
    **movements.CONVERTERS,
}

__all__ = ["CONVERTERS", "Converted", "Converter", "same_padding"]
