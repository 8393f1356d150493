"""How numbers become smaller. One file each; `registry` lists them by kind and mode."""

from core.compress.quantizers.base import PostTraining, Quantizer, Samples
from core.compress.quantizers.registry import QUANTIZERS, find_quantizer, is_trained

__all__ = [
    "QUANTIZERS",
    "PostTraining",
    "Quantizer",
    "Samples",
    "find_quantizer",
    "is_trained",
]
