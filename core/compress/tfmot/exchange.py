"""What passes between a run's worker and the engine's own: a question, and a folder with files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.compress.steps import Step, aware_step, plan_steps
from core.data import DataSet, load_data
from core.data.preprocessing import Preprocessing
from core.data.samples import Watch
from core.paths import cannot_write
from core.recipe import Recipe
from core.recipe_toml import recipe_from_dict, recipe_to_dict

Weights = list[npt.NDArray[Any]]

_MODEL, _TEACHER = "model.keras", "teacher.keras"
_WEIGHTS, _TFLITE = "weights.npz", "model.tflite"


@dataclass(frozen=True, slots=True)
class Question:
    """Do step number `step` of the recipe; the one behind all others is training with fake quantization.

    Without a number: say whether the model can be worked on at all, for which no data are needed.
    """

    recipe: Recipe
    step: int | None = None
    source: str = ""
    preprocessing: dict[str, Any] | None = None
    #: Of the model so far.
    sparsity: float = 0.0

    @classmethod
    def of_step(cls, recipe: Recipe, step: int, data: DataSet, sparsity: float) -> Question:
        return cls(recipe, step, data.source, Preprocessing.of(data).to_dict(), sparsity)

    @property
    def planned(self) -> Step | None:
        """The step as it is planned."""
        aware = aware_step(self.recipe)
        steps = (*plan_steps(self.recipe), *((aware,) if aware else ()))
        return None if self.step is None else steps[self.step]

    def to_json(self) -> dict[str, Any]:
        """As a worker is told."""
        return {
            "recipe": recipe_to_dict(self.recipe),
            "step": self.step,
            "source": self.source,
            "preprocessing": self.preprocessing,
            "sparsity": self.sparsity,
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Question:
        recipe = recipe_from_dict(raw["recipe"])
        return cls(recipe, raw["step"], raw["source"], raw["preprocessing"], raw["sparsity"])

    def data(self, shape: tuple[int, ...], watch: Watch) -> DataSet:
        """The same data read again: split and scaled as they were."""
        made = Preprocessing.from_dict(self.preprocessing or {})
        return load_data(self.source, shape, made.options, made.normalization, watch)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The weights in Keras 3's order, and the TFLite file where the step was quantization."""

    weights: Weights
    tflite: bytes | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """The folder. Everything in it is gone with the run."""

    folder: Path

    def put_models(self, model: Any, teacher: Any | None) -> None:
        """Keras 3 models. Raises ThimbleError ``cannot-write``."""
        with self._writing():
            model.save(self.folder / _MODEL)
            if teacher is not None:
                teacher.save(self.folder / _TEACHER)

    @property
    def model(self) -> Path:
        return self.folder / _MODEL

    @property
    def teacher(self) -> Path | None:
        path = self.folder / _TEACHER
        return path if path.is_file() else None

    def put_answer(self, answer: Answer) -> None:
        """Raises ThimbleError ``cannot-write``."""
        arrays = {f"{n}": weight for n, weight in enumerate(answer.weights)}
        with self._writing():
            with (self.folder / _WEIGHTS).open("wb") as file:
                np.savez(file, allow_pickle=False, **arrays)
            if answer.tflite is not None:
                (self.folder / _TFLITE).write_bytes(answer.tflite)

    def answer(self) -> Answer:
        """Raises OSError where none was put."""
        with np.load(self.folder / _WEIGHTS, allow_pickle=False) as file:
            weights = [file[f"{n}"] for n in range(len(file.files))]
        tflite = self.folder / _TFLITE
        return Answer(weights, tflite.read_bytes() if tflite.is_file() else None)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise cannot_write(self.folder, error) from error
