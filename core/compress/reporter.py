"""Tells a job's context what a step's training is doing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from core.compress.finetune import EpochResult, Hooks, TrainingState
from core.compress.steps import Phase, Step
from core.jobs.context import JobContext

_PROGRESS_EVERY_S = 0.1
_WORDS = {
    Phase.TRAIN: "Training",
    Phase.FINETUNE: "Fine-tuning",
    Phase.DISTILL: "Learning from the original",
    Phase.CLUSTER: "Fine-tuning the clusters",
    Phase.QUANTIZE: "Training with fake quantization",
}


class Reported(Protocol):
    """What is told of a model with each epoch: see `core.compress.pruners.Pruned`."""

    @property
    def model(self) -> Any: ...

    @property
    def sparsity(self) -> float: ...


@dataclass(slots=True)
class Reporter:
    """`history` grows by an entry an epoch, which `saved` then gets a chance to keep with the state."""

    context: JobContext
    step: Step
    model: Reported
    epochs: int
    history: list[dict[str, Any]]
    saved: Callable[[Callable[[], TrainingState]], None]
    done: int = 0
    last_s: float = 0.0

    def hooks(self) -> Hooks:
        """For training the epochs of the step that are not `done`."""
        return Hooks(self._after_batch, self._after_epoch, self.context.check_cancelled)

    def _after_batch(self, done: int, total: int) -> None:
        self.context.check_cancelled()
        now_s = time.monotonic()
        if done < total and now_s - self.last_s < _PROGRESS_EVERY_S:
            return
        self.last_s = now_s
        left = len(self.step.epochs) - self.done
        epoch = self.step.epochs[self.done + min((done - 1) * left // total, left - 1)]
        share = (self.done + left * done / total) / len(self.step.epochs)
        self.context.progress(share, f"{_WORDS[self.step.phase]}, epoch {epoch + 1} of {self.epochs}")

    def _after_epoch(self, result: EpochResult, state: Callable[[], TrainingState]) -> None:
        entry = {
            **asdict(result),
            "validated_on": result.validated_on.value,
            "phase": self.step.phase.value,
            "epochs": self.epochs,
            "sparsity": self.model.sparsity,
            "parameters": int(self.model.model.count_params()),
        }
        self.history.append(entry)
        self.context.partial("epoch", entry)
        self.saved(state)
