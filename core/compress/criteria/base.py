"""What a criterion is."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Criterion(Protocol):
    """Scores structures by their weights; what scores lowest is removed first.

    One interface serves both kinds of pruning: element-wise, every weight is a structure of its own.
    """

    #: One line for people.
    about: str

    def scores(self, weights: Array, rng: np.random.Generator) -> Array:
        """Scores ``[n]`` of the structures in `weights` ``[weights of each, n]``; `rng` is seeded."""
        ...
