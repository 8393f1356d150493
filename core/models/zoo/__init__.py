"""The built-in architectures. One file each; `registry` lists them."""

from core.models.zoo.architecture import Architecture
from core.models.zoo.registry import PREFIX, all_architectures, find_architecture

__all__ = ["PREFIX", "Architecture", "all_architectures", "find_architecture"]
