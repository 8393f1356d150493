"""One epoch of compressing against one of Keras' own `fit`, validation included: the ratio of their times.

    python benchmarks/epoch_time.py [--rounds 5] [NAME ...]

For each network (default: lenet and resnet8), in batches of 32 with Adam, on as many samples as the digits
have: the epochs of a recipe as a run does them, from the end of one to the end of the next, with what it
reports and its checkpoint on the disk. After each of them one epoch of `model.fit` of the same network
follows, so that what else the computer does meets both; the ratio is the median over the rounds, and the
first round, which compiles, does not count. Ends with 1 when a pruned epoch takes more than 1.15 times as
long as one of Keras; the other rows do more than that. The samples are noise: time does not depend on them.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from core.jobs.context import JobContext
from core.jobs.events import Event, Partial
from core.recipe import Augment, Cluster, Distill, Prune, PruneKind, Recipe, Schedule, Training

LIMIT = 1.15
_TRAINING = Training(batch_size=32, learning_rate=1e-3)
_PRUNED = Recipe(
    "pruned",
    prune=Prune(kind=PruneKind.ELEMENT, sparsity=0.8, schedule=Schedule.ONE_SHOT),
    finetune=_TRAINING,
)
#: The demand is of the first one.
_RECIPES = (
    _PRUNED,
    dataclasses.replace(_PRUNED, name="clustered", prune=None, cluster=Cluster(clusters=16)),
    dataclasses.replace(_PRUNED, name="augmented", augment=Augment(shift=0.07)),
    dataclasses.replace(_PRUNED, name="distilled", distill=Distill()),
)


def _data(shape: tuple[int, ...], classes: int) -> Any:
    """The digits' frame around noise in the network's shape."""
    from core.data import load_data

    digits = load_data("digits")
    rng = np.random.default_rng(0)
    train, test = len(digits.y_train), len(digits.y_test)
    return dataclasses.replace(
        digits,
        x_train=rng.random((train, *shape), np.float32),
        y_train=np.arange(train) % classes,
        x_test=rng.random((test, *shape), np.float32),
        y_test=np.arange(test) % classes,
        class_names=tuple(str(n) for n in range(classes)),
    )


class KerasFit:
    """`fit` of a network, an epoch a call; gives the seconds."""

    def __init__(self, model: Any, data: Any) -> None:
        import keras

        loss = keras.losses.SparseCategoricalCrossentropy()
        optimizer = keras.optimizers.Adam(_TRAINING.learning_rate)
        model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
        self._model, self._data = model, data

    def __call__(self) -> float:
        data, begun_s = self._data, time.perf_counter()
        test = (data.x_test, data.y_test)
        self._model.fit(
            data.x_train, data.y_train, batch_size=_TRAINING.batch_size, verbose=0, validation_data=test
        )
        return time.perf_counter() - begun_s


class TakingTurns:
    """Takes a run's events: after each of its epochs one of Keras. `keras_epoch` gives the seconds that it
    took; `rounds` are (ours, Keras') seconds."""

    def __init__(self, keras_epoch: Callable[[], float]) -> None:
        self.rounds: list[tuple[float, float]] = []
        self._keras_epoch = keras_epoch
        self._begun_s = time.perf_counter()

    def __call__(self, event: Event) -> None:
        if isinstance(event, Partial) and event.kind == "epoch":
            ours_s = time.perf_counter() - self._begun_s
            self.rounds.append((ours_s, self._keras_epoch()))
            self._begun_s = time.perf_counter()


def _rounds(name: str, recipe: Recipe, count: int) -> list[tuple[float, float]]:
    from core.compress.fingerprints import checkpoints_of
    from core.compress.pipeline import run_recipe
    from core.models.zoo import find_architecture

    build = find_architecture(name).build
    model = build()
    data = _data(model.input_shape[1:], model.output_shape[-1])
    recipe = _of_epochs(recipe, count + 1)
    turns = TakingTurns(KerasFit(build(), data))
    with tempfile.TemporaryDirectory() as folder:
        checkpoints = checkpoints_of(Path(folder), (name, "noise"), model, data, recipe)
        run_recipe(model, data, recipe, JobContext(turns), checkpoints)
    return turns.rounds[1:]


def _of_epochs(recipe: Recipe, epochs: int) -> Recipe:
    """All of them in one step, of clustering where the recipe clusters."""
    change = dataclasses.replace
    if recipe.cluster is not None:
        return change(recipe, cluster=change(recipe.cluster, finetune_epochs=epochs))
    return change(recipe, finetune=change(_TRAINING, epochs=epochs))


def main() -> int:
    """Print the table; 1 when the epochs of pruning take too long."""
    parser = argparse.ArgumentParser(description="Epochs of compressing against epochs of Keras' fit.")
    parser.add_argument("names", nargs="*", default=["lenet", "resnet8"], help="architectures")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    from core.models.deterministic import start_tensorflow

    start_tensorflow(0)
    print(f"{'network':12}{'recipe':14}{'ours s':>10}{'Keras s':>10}{'ratio':>8}")
    demanded = []
    for name in arguments.names:
        for recipe in _RECIPES:
            rounds = _rounds(name, recipe, arguments.rounds)
            ours_s, keras_s = (statistics.median(column) for column in zip(*rounds, strict=True))
            ratio = statistics.median(ours / keras for ours, keras in rounds)
            print(f"{name:12}{recipe.name:14}{ours_s:10.2f}{keras_s:10.2f}{ratio:8.2f}", flush=True)
            if recipe is _PRUNED:
                demanded.append(ratio)
    print(f"demanded of pruned epochs: at most {LIMIT}")
    return int(not all(ratio <= LIMIT for ratio in demanded))


if __name__ == "__main__":
    sys.exit(main())
