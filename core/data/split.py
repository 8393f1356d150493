"""The one way in which a whole set is split, so that every command sees the same test samples."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from core.data.raw import RawData, RawPart
from core.data.samples import Picked, Places, Samples
from core.data.scaling import ValueRange
from core.errors import ThimbleError
from core.recipe import DataOptions, Scaling


def stratified_split(
    name: str, labels: npt.NDArray[np.int64], test: int | float, seed: int
) -> tuple[Places, Places]:
    """Places for training and for testing, each class in the same proportion, the same for the same seed.

    `test` is a count, or a fraction in 0…1; each class gets at least one of both. Raises ThimbleError
    ``bad-data`` where that cannot be.
    """
    from sklearn.model_selection import train_test_split

    present, counts = np.unique(labels, return_counts=True)
    wanted = math.ceil(test * len(labels)) if isinstance(test, float) else test
    count = min(max(wanted, len(present)), len(labels) - len(present))
    if counts.min() < 2:
        raise ThimbleError(
            "bad-data",
            f"{name} has one sample of its class {present[counts.argmin()]}, and one is needed for testing",
            "give every class two samples or more",
        )
    train_places, test_places = train_test_split(
        np.arange(len(labels)), test_size=count, stratify=labels, random_state=seed
    )
    for label in present:  # proportions round a rare class away
        train_places, test_places = _with_one(label, labels, train_places, test_places)
        test_places, train_places = _with_one(label, labels, test_places, train_places)
    return train_places, test_places


def _with_one(
    label: np.int64, labels: npt.NDArray[np.int64], giving: Places, taking: Places
) -> tuple[Places, Places]:
    """Both sides; one sample of the class has changed sides where `taking` had none."""
    if (labels[taking] == label).any():
        return giving, taking
    moved = np.flatnonzero(labels[giving] == label)[:1]
    return np.delete(giving, moved), np.append(taking, giving[moved])


def split_data(
    name: str,
    whole: RawPart,
    class_names: tuple[str, ...],
    options: DataOptions,
    usual: int | float,
    values: ValueRange | None,
    scaling: Scaling = Scaling.AS_IS,
) -> RawData:
    """A set without a split of its own; `usual` is what is for testing where `options` do not say it."""
    test = usual if options.test_fraction is None else options.test_fraction
    places = stratified_split(name, whole.labels, test, options.seed)
    train, test_part = (_part(whole.samples, whole.labels, chosen) for chosen in places)
    return RawData(name, train, test_part, class_names, values, scaling)


def _part(samples: Samples, labels: npt.NDArray[np.int64], chosen: Places) -> RawPart:
    picked = samples[chosen] if isinstance(samples, np.ndarray) else Picked(samples, chosen)
    return RawPart(picked, labels[chosen])
