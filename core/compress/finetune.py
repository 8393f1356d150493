"""Training: a loop over epochs that reports each, stops between batches when asked, and can be taken up.

For worker processes: Keras is imported inside the functions. An epoch depends on the weights, the state of
the optimizer, the seed and the epoch's number alone, so that a run that was cut off goes on exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from core.compress.augment import augment
from core.compress.constraints import Holding, Unconstrained
from core.compress.distillation import Teacher
from core.compress.held_out import ValidatedOn, parts_of
from core.compress.optimizers import learning_rate
from core.compress.train_step import Objective, make_test_step, make_train_step
from core.data import DataSet
from core.data.batches import batches_in_order, read_batches
from core.errors import ThimbleError
from core.recipe import Augment, Training

_FREE = Unconstrained()
_JUDGED_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class EpochResult:
    """One pass over the training data; `epoch` counts from 1 over all pruning steps.

    `loss` is what is minimized, penalties and teacher included; `val_loss` is the cross-entropy of the
    samples that `validated_on` names.
    """

    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    validated_on: ValidatedOn = ValidatedOn.TEST


@dataclass(frozen=True, slots=True, eq=False)
class TrainingState:
    """What the next epoch depends on, besides the seed: NumPy arrays in Keras' order.

    `best_weights` are those of the epoch with the least `best_loss`, `waited` epochs ago; without early
    stopping there are none.
    """

    weights: list[npt.NDArray[Any]]
    optimizer: list[npt.NDArray[Any]]
    best_weights: list[npt.NDArray[Any]] = field(default_factory=list)
    best_loss: float = float("inf")
    waited: int = 0


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the loop calls: after every batch (batches done in this call, batches in all), after every epoch
    (its result, and a function that gives the state), and now and then `check` while nothing else is told.

    `after_batch` and `check` may raise CancelledByUser; the model is then half-trained and must be thrown
    away.
    """

    after_batch: Callable[[int, int], None] = field(default=lambda done, total: None)
    after_epoch: Callable[[EpochResult, Callable[[], TrainingState]], None] = field(
        default=lambda result, state: None
    )
    check: Callable[[], None] = field(default=lambda: None)


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
    constraint: Holding = _FREE,
    hooks: Hooks | None = None,
    *,
    teacher: Teacher | None = None,
    schedule_from: int = 0,
    state: TrainingState | None = None,
) -> list[EpochResult]:
    """Train `model` in place for the epochs in `epochs` (numbers from 0) and give their results.

    Shuffling, augmentation and dropout depend on the seed and the epoch's number alone; the constraint holds
    after each batch; the learning rate follows its schedule from the epoch `schedule_from`. With
    `early_stopping` the loop ends after so many epochs in which `val_loss`, of training samples that are held
    out, did not fall, and the weights are those of the best epoch. With `state`, from before the first of
    the epochs, training goes on as if it had never stopped.

    Raises ThimbleError ``not-finite`` when the loss is no number any more, ``nothing-to-train``.
    """
    trainer = Trainer(model, data, options, seed, augmentation, constraint, hooks or Hooks(), teacher)
    if state is not None:
        trainer.restore(state)
    results: list[EpochResult] = []
    for place, epoch in enumerate(epochs):
        if trainer.stalled:
            break
        rate = learning_rate(options, epoch - schedule_from)
        results.append(trainer.epoch(epoch, rate, place, len(epochs)))
        trainer.hooks.after_epoch(results[-1], trainer.state)
    trainer.take_best()
    return results


class Trainer:
    """A model with its optimizer, and what early stopping remembers."""

    def __init__(
        self,
        model: Any,
        data: DataSet,
        options: Training,
        seed: int,
        augmentation: Augment | None,
        constraint: Holding,
        hooks: Hooks,
        teacher: Teacher | None,
    ) -> None:
        if not model.trainable_variables:
            raise ThimbleError(
                "nothing-to-train",
                f"all layers of the model {model.name!r} are frozen: there is nothing to train",
                "leave out [train] and [finetune], or set trainable = True for some layers",
            )
        weights = class_weights(data) if options.class_weights else ()
        objective = Objective(weights, options.l2, teacher.options if teacher else None)
        self.hooks = hooks
        self._model, self._data, self._options, self._seed = model, data, options, seed
        self._augmentation, self._teacher = augmentation, teacher
        self._parts = parts_of(data, options, seed)
        self._step = make_train_step(model, options, objective, constraint)
        self._test = make_test_step(model)
        self._best_weights: list[npt.NDArray[Any]] = []
        self._best_loss, self._waited = float("inf"), 0

    @property
    def stalled(self) -> bool:
        return bool(self._options.early_stopping) and self._waited >= self._options.early_stopping

    def epoch(self, number: int, rate: float, place: int, of: int) -> EpochResult:
        """Train for one epoch, the `place`-th of those in this call, and judge it."""
        self._step.optimizer.learning_rate = rate
        _reseed(self._model, self._seed, number)
        batches = -(-len(self._parts.train) // self._options.batch_size)
        figures = []  # (loss, accuracy) of each batch
        for images, labels, taught in self._batches(number):
            figures.append(self._step.run(images, labels, taught).numpy())
            if not np.isfinite(figures[-1][0]):
                raise _not_finite(number, rate)
            self.hooks.after_batch(place * batches + len(figures), of * batches)
        loss, accuracy = np.mean(np.asarray(figures, np.float64), axis=0)
        val_loss, val_accuracy = self._judged()
        if not np.isfinite(val_loss):
            raise _not_finite(number, rate)
        if self._options.early_stopping:
            self._remember(val_loss)
        return EpochResult(
            number + 1, float(loss), float(accuracy), val_loss, val_accuracy, self._parts.validated_on
        )

    def _batches(self, epoch: int) -> Iterator[tuple[Any, Any, Any]]:
        """Images, labels and the teacher's logits in a new order.

        Every batch is full, the last one filled up from the start: batches of one size keep TensorFlow from
        compiling the training step twice.
        """
        rng = np.random.default_rng((self._seed, epoch))
        order = self._parts.train[rng.permutation(len(self._parts.train))]
        batches = [order[places] for places in batches_in_order(len(order), self._options.batch_size)]
        for places, images in zip(batches, read_batches(self._data.x_train, batches), strict=True):
            if self._augmentation is not None:
                images = augment(images, self._augmentation, rng, self._data.normalization.blank)
            taught = 0.0 if self._teacher is None else self._teacher.logits(places, images)
            yield images, self._data.y_train[places], taught

    def _judged(self) -> tuple[float, float]:
        """Mean loss and accuracy of the samples that judge."""
        sums = np.zeros(2)
        count, size = len(self._parts.y_judge), _JUDGED_AT_ONCE
        batches = [np.arange(first, min(first + size, count)) for first in range(0, count, size)]
        for places, images in zip(batches, read_batches(self._parts.x_judge, batches), strict=True):
            labels = self._parts.y_judge[places]
            means = self._test(images, labels)
            sums += means.numpy().astype(np.float64) * len(labels)
            self.hooks.check()
        return float(sums[0] / count), float(sums[1] / count)

    def _remember(self, val_loss: float) -> None:
        if val_loss < self._best_loss:
            self._best_weights = self._model.get_weights()
            self._best_loss, self._waited = val_loss, 0
        else:
            self._waited += 1

    def take_best(self) -> None:
        """The weights of the best epoch, where they were remembered."""
        if self._best_weights:
            self._model.set_weights(self._best_weights)

    def state(self) -> TrainingState:
        return TrainingState(
            self._model.get_weights(),
            [variable.numpy() for variable in self._step.optimizer.variables],
            self._best_weights,
            self._best_loss,
            self._waited,
        )

    def restore(self, state: TrainingState) -> None:
        self._model.set_weights(state.weights)
        for variable, value in zip(self._step.optimizer.variables, state.optimizer, strict=True):
            variable.assign(value)
        self._best_weights, self._best_loss, self._waited = state.best_weights, state.best_loss, state.waited


def _reseed(model: Any, seed: int, epoch: int) -> None:
    """Let dropout and its like begin this epoch as the seed and the epoch's number say."""
    states = (v for v in model.variables if getattr(v, "path", "").endswith("seed_generator_state"))
    for place, state in enumerate(states):
        state.assign(np.random.SeedSequence((seed, epoch, place)).generate_state(2))


def _not_finite(epoch: int, rate: float) -> ThimbleError:
    return ThimbleError(
        "not-finite",
        f"the loss is not a finite number any more in epoch {epoch + 1}: training has run away",
        f"lower learning_rate (it is {rate:g}), for example to {rate / 10:g}",
    )


def class_weights(data: DataSet) -> tuple[float, ...]:
    """Weights that make every class count the same: samples / (classes · samples of the class)."""
    counts = np.bincount(data.y_train, minlength=data.classes)
    return tuple(len(data.y_train) / (data.classes * max(int(n), 1)) for n in counts)
