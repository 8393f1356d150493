"""What a criterion is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

#: What was measured with data, by the name of the layer: an array whose first axis counts the layer's output
#: channels, in the Graph's layout. `Needs` says what it holds.
Evidence = Mapping[str, Array]


class Needs(Enum):
    """What a criterion has to know besides the weights; a worker measures it with the model and the data."""

    NOTHING = "nothing"
    #: Evidence of the shape of each kernel: the mean absolute gradient of the loss, over the batches.
    GRADIENTS = "gradients"
    #: Evidence ``[output channels]`` of each layer: the share of outputs that are not zero, 0…1.
    ACTIVITY = "activity"


class Criterion(Protocol):
    """Scores structures; what scores lowest is removed first.

    One interface serves both kinds of pruning: element-wise, every weight is a structure of its own.
    """

    #: One line for people.
    about: str
    needs: Needs
    #: Whether it can tell single weights apart, as element-wise pruning asks.
    scores_weights: bool

    def scores(self, weights: Array, rng: np.random.Generator, evidence: Array | None = None) -> Array:
        """Scores ``[n]`` of the structures in `weights` ``[weights of each, n]``; `rng` is seeded.

        `evidence` ``[values of each, n]`` is what the criterion `needs`. Raises ValueError without it.
        """
        ...


def required(evidence: Array | None) -> Array:
    """The evidence itself. Raises ValueError where a criterion that needs some was given none."""
    if evidence is None:
        raise ValueError("this criterion needs evidence from the data")
    return evidence
