"""How the importance of weights is measured. One file each; `registry` lists them."""

from core.compress.criteria.base import Criterion, Evidence, Needs
from core.compress.criteria.registry import CRITERIA, find_criterion, ranked_without_data, serves

__all__ = ["CRITERIA", "Criterion", "Evidence", "Needs", "find_criterion", "ranked_without_data", "serves"]
