"""Evidence for the criterion of a recipe, from a sample of the training data. For worker processes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from core.compress.criteria import CRITERIA, Evidence, Needs
from core.compress.evidence.activity import measure_activity
from core.compress.evidence.batches import Batches
from core.compress.evidence.gradients import measure_gradients
from core.data import DataSet
from core.errors import ThimbleError
from core.recipe import Criterion

_Measure = Callable[[Any, Batches], Evidence]

_MEASURES: dict[Needs, _Measure] = {
    Needs.GRADIENTS: measure_gradients,
    Needs.ACTIVITY: measure_activity,
}


def gather(
    model: Any, data: DataSet, criterion: Criterion, seed: int, after_batch: Callable[[], None]
) -> Evidence | None:
    """What `criterion` needs, of the Keras model as it is now; None when it needs nothing.

    The same seed takes the same samples. `after_batch` may raise CancelledByUser. Raises ThimbleError
    ``no-zeros`` as `measure_activity` does, ``not-finite`` when the network gives NaN or infinity.
    """
    needs = CRITERIA[criterion].needs
    if needs is Needs.NOTHING:
        return None
    evidence = _MEASURES[needs](model, Batches(data, seed, after_batch))
    for layer, values in evidence.items():
        if not np.all(np.isfinite(values)):
            raise ThimbleError(
                "not-finite",
                f"the {needs.value} of layer {layer!r} are not all finite numbers",
                "train the model again with a smaller learning rate, or prune by its weights (l1)",
            )
    return evidence
