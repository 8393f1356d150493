"""What to use instead of an operator of the TFLite schema that the compiler does not read."""

from __future__ import annotations

_UNROLL = "build the recurrent layer with unroll=True"
_ON_THE_HOST = "end the model before it, and do this step outside of the network"
_IMAGES = "use 2-D layers, with the depth among the channels"
_ALTERNATIVES = {
    **dict.fromkeys(
        (
            "WHILE",
            "LSTM",
            "RNN",
            "SVDF",
            "UNIDIRECTIONAL_SEQUENCE_LSTM",
            "UNIDIRECTIONAL_SEQUENCE_RNN",
            "BIDIRECTIONAL_SEQUENCE_LSTM",
            "BIDIRECTIONAL_SEQUENCE_RNN",
        ),
        _UNROLL,
    ),
    **dict.fromkeys(("TOPK_V2", "NON_MAX_SUPPRESSION_V4", "NON_MAX_SUPPRESSION_V5", "UNIQUE"), _ON_THE_HOST),
    **dict.fromkeys(("RFFT2D", "HASHTABLE_LOOKUP", "RANDOM_UNIFORM", "MULTINOMIAL"), _ON_THE_HOST),
    **dict.fromkeys(("CONV_3D", "CONV_3D_TRANSPOSE"), _IMAGES),
    "IF": "build the branch that is wanted",
    "EMBEDDING_LOOKUP": "multiply one-hot inputs with a Dense layer",
    "CUSTOM": "convert with TFLITE_BUILTINS alone, and replace the layers that then fail",
    "L2_POOL_2D": "square, pool and take the square root",
    "L2_NORMALIZATION": "use UnitNormalization",
    "LOCAL_RESPONSE_NORMALIZATION": "use BatchNormalization",
    "GATHER_ND": "slice with constant indices",
    "SHAPE": "give the model fixed shapes, with a batch of 1",
    "FILL": "give the model fixed shapes, with a batch of 1",
}


def alternative(kind: str) -> str:
    """A hint for people; `kind` as the schema names it, or CUSTOM with a name behind it."""
    given = _ALTERNATIVES.get(kind.partition(" ")[0])
    return given or "replace the layer by operators that the compiler knows; docs/operators.md lists them"
