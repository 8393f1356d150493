"""Fine-tuning: a plain training loop that reports each epoch and stops between batches when asked.

For worker processes: Keras is imported inside the functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from core.compress.augment import augment
from core.compress.constraints import Constraint, Unconstrained
from core.compress.optimizers import learning_rate, make_optimizer
from core.data import DataSet
from core.data.batches import batches_in_order, read_batches
from core.evaluate import evaluate_keras
from core.recipe import Augment, Training

_FREE = Unconstrained()


@dataclass(frozen=True, slots=True)
class EpochResult:
    """One pass over the training data; `epoch` counts from 1 over all pruning steps."""

    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the loop calls: after every batch (batches done in this call, batches in all), and epoch.

    `after_batch` may raise CancelledByUser; the model is then half-trained and must be thrown away.
    """

    after_batch: Callable[[int, int], None] = field(default=lambda done, total: None)
    after_epoch: Callable[[EpochResult], None] = field(default=lambda result: None)


def prepare_training(model: Any, options: Training) -> None:
    """Compile the model for the options. Outputs are probabilities when it ends in a softmax."""
    model.compile(optimizer=make_optimizer(options), loss=loss_of(model), metrics=["accuracy"])


def loss_of(model: Any) -> Any:
    """The cross-entropy that fits the model's outputs: probabilities, or logits."""
    import keras

    from core.models.keras_model import ends_in_softmax

    return keras.losses.SparseCategoricalCrossentropy(from_logits=not ends_in_softmax(model))


def train(
    model: Any,
    data: DataSet,
    options: Training,
    epochs: range,
    seed: int,
    augmentation: Augment | None = None,
    constraint: Constraint = _FREE,
    hooks: Hooks | None = None,
) -> list[EpochResult]:
    """Train `model` in place for the epochs in `epochs` (numbers from 0) and give their results.

    Shuffling and augmentation depend on the seed and the epoch's number alone; the constraint is applied
    after each batch. With `early_stopping`
    the loop ends after so many epochs in which the training loss did not fall.
    """
    hooks = hooks or Hooks()
    prepare_training(model, options)
    batches = -(-len(data.x_train) // options.batch_size)
    weights = class_weights(data) if options.class_weights else None
    results: list[EpochResult] = []
    for place, epoch in enumerate(epochs):
        model.optimizer.learning_rate = learning_rate(options, epoch)
        figures = []  # (loss, accuracy) of each batch
        for images, labels in _batches(data, options, augmentation, seed, epoch):
            model.reset_metrics()
            figures.append(model.train_on_batch(images, labels, class_weight=weights))
            constraint.apply(model)
            hooks.after_batch(place * batches + len(figures), len(epochs) * batches)
        loss, accuracy = np.mean(np.asarray(figures, np.float64), axis=0)
        results.append(_result(model, data, epoch + 1, float(loss), float(accuracy)))
        hooks.after_epoch(results[-1])
        if _stalled(results, options.early_stopping):
            break
    return results


def _batches(
    data: DataSet, options: Training, augmentation: Augment | None, seed: int, epoch: int
) -> Iterator[tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]]:
    """The training data in a new order; every batch is full, the last one filled up from the start.

    Batches of one size keep Keras from compiling the training step twice.
    """
    rng = np.random.default_rng((seed, epoch))
    order = rng.permutation(len(data.x_train))
    batches = [order[places] for places in batches_in_order(len(order), options.batch_size)]
    for chosen, images in zip(batches, read_batches(data.x_train, batches), strict=True):
        if augmentation is not None:
            images = augment(images, augmentation, rng, data.normalization.blank)
        yield images, data.y_train[chosen]


def _result(model: Any, data: DataSet, epoch: int, loss: float, accuracy: float) -> EpochResult:
    test = evaluate_keras(model, data)
    return EpochResult(epoch, loss, accuracy, test.loss, test.accuracy)


def class_weights(data: DataSet) -> dict[int, float]:
    """Weights that make every class count the same: samples / (classes · samples of the class)."""
    counts = np.bincount(data.y_train, minlength=data.classes)
    return {label: len(data.y_train) / (data.classes * max(int(n), 1)) for label, n in enumerate(counts)}


def _stalled(results: list[EpochResult], patience: int) -> bool:
    if not patience or len(results) <= patience:
        return False
    best_before = min(r.loss for r in results[:-patience])
    return all(r.loss >= best_before for r in results[-patience:])
