"""How good a model is: accuracy, macro precision, loss, each class, and the confusion matrix."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data import DataSet, Samples, check_fits
from core.data.batches import batches_in_order, read_batches
from core.data.samples import FloatArray, Watch
from core.data.source import nobody_watches
from core.runners import Runner, open_runner

#: Probabilities below this count as this in the loss, as in Keras.
_LEAST_PROBABILITY = 1e-7
#: Sums of float probabilities are off by less than this, and by half a step of integers for each class.
_SUM_TOLERANCE = 0.1
_INTEGER_STEP = 1.0 / 256.0
_BATCH = 128
#: What outputs beyond the classes of the data are called, together.
OTHER = "other"
#: A model that is not this share of the way from guessing to perfect has probably not been trained.
_NEAR_CHANCE = 0.15


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class: the share of right answers among those that named it (`precision`), and among its own
    samples (`recall`). A class that was never named has precision 0."""

    name: str
    precision: float
    recall: float
    samples: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A model on the test images. `confusion[actual][predicted]` counts samples; `loss` is the mean
    cross-entropy in nats; `macro_precision` is the mean precision of the classes.

    A model with more outputs than the data have classes has one class more, `OTHER`, for all of the rest:
    `spare_outputs` counts them.
    """

    samples: int
    accuracy: float
    macro_precision: float
    loss: float
    per_class: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    spare_outputs: int = 0

    @property
    def chance(self) -> float:
        """The accuracy of always naming the class with the most samples."""
        return max(sum(row) for row in self.confusion) / self.samples

    @property
    def near_chance(self) -> bool:
        """Whether the model hardly does better: it is not trained, or the data are not its own, or are
        scaled otherwise."""
        return self.accuracy < self.chance + _NEAR_CHANCE * (1.0 - self.chance)

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return dataclasses.asdict(self)


def score(outputs: npt.NDArray[Any], labels: npt.NDArray[Any], class_names: Sequence[str]) -> Evaluation:
    """The evaluation of `outputs` ``[samples, classes]`` (probabilities, or logits) against the labels."""
    probabilities = as_probabilities(np.asarray(outputs, np.float64))
    spare = max(probabilities.shape[1] - len(class_names), 0)
    names = [*class_names, OTHER] if spare else list(class_names)
    classes = len(names)
    predicted = np.minimum(probabilities.argmax(axis=1), classes - 1)
    confusion = np.zeros((classes, classes), np.int64)
    np.add.at(confusion, (labels, predicted), 1)
    right = np.diagonal(confusion)
    named, own = confusion.sum(axis=0), confusion.sum(axis=1)
    precision = np.divide(right, named, out=np.zeros(classes), where=named > 0)
    recall = np.divide(right, own, out=np.zeros(classes), where=own > 0)
    present = (named > 0) | (own > 0)
    of_label = probabilities[np.arange(len(labels)), labels]
    return Evaluation(
        samples=len(labels),
        accuracy=float(right.sum() / len(labels)),
        macro_precision=float(precision[present].mean()),
        loss=float(-np.log(np.clip(of_label, _LEAST_PROBABILITY, 1.0)).mean()),
        per_class=tuple(
            ClassScore(names[n], float(precision[n]), float(recall[n]), int(own[n])) for n in range(classes)
        ),
        confusion=tuple(tuple(int(n) for n in row) for row in confusion),
        spare_outputs=spare,
    )


def as_probabilities(outputs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Rows that sum to 1: as they are when all of them nearly do, or softmax.

    Integers round each class: of many classes, the sums are off by much, and all may be zero.
    """
    sums = outputs.sum(axis=1, keepdims=True)
    classes = outputs.shape[1]
    tolerance = _SUM_TOLERANCE + classes * _INTEGER_STEP / 2.0
    within = outputs.min() >= 0.0 and outputs.max() <= 1.0 + _SUM_TOLERANCE
    if within and np.all(np.abs(sums - 1.0) < tolerance):
        even = np.full_like(outputs, 1.0 / classes)
        return np.asarray(np.divide(outputs, sums, out=even, where=sums > 0.0))
    raised = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def evaluate_keras(model: Any, data: DataSet, after_batch: Watch = nobody_watches) -> Evaluation:
    """A Keras model on the test images. For worker processes.

    `after_batch` gets the samples done and in all, and may raise CancelledByUser. Raises ThimbleError
    ``data-does-not-fit``.
    """
    check_fits(data, model.input_shape[1:], int(model.output_shape[-1]))
    return score(keras_outputs(model, data.x_test, after_batch), data.y_test, data.class_names)


def keras_outputs(model: Any, samples: Samples, after_batch: Watch = nobody_watches) -> npt.NDArray[Any]:
    """What the Keras model gives for the samples, in batches: ``[samples, …]``."""
    outputs, count, done = [], len(samples), 0
    for batch in read_batches(samples, batches_in_order(count, _BATCH)):
        outputs.append(model.predict_on_batch(batch))
        done = min(done + len(batch), count)
        after_batch(done, count)
    return np.concatenate(outputs)[:count]


def evaluate_file(path: str | Path, data: DataSet, after_sample: Watch = nobody_watches) -> Evaluation:
    """A `.tflite` or `.onnx` file on the test images, without TensorFlow.

    `after_sample` gets the samples done and in all, and may raise CancelledByUser. Raises ThimbleError
    ``data-does-not-fit``, or as `core.runners.open_runner`.
    """
    return evaluate_runner(open_runner(path), data, after_sample)


def evaluate_runner(runner: Runner, data: DataSet, after_sample: Watch = nobody_watches) -> Evaluation:
    """An opened file on the test images; see `evaluate_file`."""
    check_fits(data, runner.sample_shape, runner.outputs)
    outputs: list[FloatArray] = []
    count = len(data.x_test)
    for batch in read_batches(data.x_test, batches_in_order(count, _BATCH)):
        for sample in batch[: count - len(outputs)]:
            outputs.append(runner.run(sample[None]))
            after_sample(len(outputs), count)
    return score(np.concatenate(outputs), data.y_test, data.class_names)
