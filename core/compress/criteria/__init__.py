"""How the importance of weights is measured. One file each; `registry` lists them."""

from core.compress.criteria.base import Criterion
from core.compress.criteria.registry import CRITERIA, find_criterion

__all__ = ["CRITERIA", "Criterion", "find_criterion"]
