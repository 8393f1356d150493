"""Checkpoints: what a run that was cut off needs to go on exactly. NumPy alone.

They lie in a hidden folder beside the results and are gone with success: at most the state after the last
epoch, the trained baseline, and the compressed model that is trained with fake quantization next. Each is
written beside and renamed in, so that one of them is always whole.
What was written for another model, data, recipe or version of the tools does not count.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.compress.constraints import CONSTRAINTS, Constraint, Unconstrained
from core.compress.finetune import TrainingState
from core.errors import ThimbleError
from core.recipe import Recipe
from core.recipe_toml import recipe_from_dict, recipe_to_dict

#: The folder beside the results.
FOLDER = ".thimble-checkpoint"
_LAST, _BASELINE, _COMPRESSED = "last-epoch.npz", "baseline.npz", "compressed.npz"
#: The furthest first.
_ALL = (_LAST, _COMPRESSED, _BASELINE)
_PART = ".part"
_FORMAT = 1
#: With another version of these the same training may give other numbers.
_TOOLS = ("tensorflow", "keras", "numpy")
#: Keys of a recipe that change nothing.
_IDLE_KEYS = ("name", "description")
_BROKEN = (OSError, EOFError, ValueError, LookupError, TypeError, zipfile.BadZipFile)

Arrays = list[npt.NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Saved:
    """A model after an epoch: `step` is its place in `core.compress.steps.plan_steps` (training with
    fake quantization comes behind those), `history` has an entry
    for each epoch so far, `architecture` is Keras' JSON, the rest is as in `core.compress.pruners.Pruned`."""

    step: int
    history: tuple[dict[str, Any], ...]
    architecture: str
    state: TrainingState
    sparsity: float = 0.0
    constraint: Constraint = field(default_factory=Unconstrained)


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A run that can go on: what it was started with, and how many of its epochs are done."""

    model: str
    data: str
    recipe: Recipe
    phase: str
    epoch: int
    epochs: int


@dataclass(frozen=True, slots=True)
class Identity:
    """What a run is of: as the user named it, and `digest` for everything that its numbers depend on."""

    model: str
    data: str
    recipe: Recipe
    digest: str


def identity_of(model: str, data: str, recipe: Recipe, fingerprints: Sequence[bytes]) -> Identity:
    """The identity of a run. `fingerprints` are of the contents of the model and the data."""
    decisive = {key: value for key, value in recipe_to_dict(recipe).items() if key not in _IDLE_KEYS}
    tools = {name: version(name) for name in _TOOLS}
    digest = hashlib.sha256(json.dumps([_FORMAT, tools, decisive], sort_keys=True).encode())
    for fingerprint in fingerprints:
        digest.update(hashlib.sha256(fingerprint).digest())
    return Identity(model, data, recipe, digest.hexdigest())


def find_checkpoint(out: str | Path) -> Interrupted | None:
    """The interrupted run that the folder holds, if any; the same job with it goes on.

    Quick: reads no arrays. What is broken or of another version is None.
    """
    for name in _ALL:
        with contextlib.suppress(*_BROKEN, ThimbleError), _opened(Path(out) / FOLDER / name) as (about, _):
            last = about["history"][-1]
            recipe = recipe_from_dict(about["recipe"])
            phase, epoch, epochs = str(last["phase"]), int(last["epoch"]), int(last["epochs"])
            return Interrupted(about["model"], about["data"], recipe, phase, epoch, epochs)
    return None


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """Those of one run in its folder `out`."""

    out: Path
    identity: Identity

    @property
    def folder(self) -> Path:
        return self.out / FOLDER

    @property
    def of_another_run(self) -> bool:
        """Whether the folder holds a checkpoint, but of something else than this run."""
        names = [name for name in _ALL if (self.folder / name).exists()]
        return bool(names) and not any(self._is_ours(name) for name in names)

    def last(self) -> Saved | None:
        """The state after the last epoch, or None."""
        return self._read(_LAST)

    def baseline(self) -> Saved | None:
        """The trained baseline of [train], or None while it is not done."""
        return self._read(_BASELINE)

    def compressed(self) -> Saved | None:
        """What training with fake quantization begins with, or None while it is not there."""
        return self._read(_COMPRESSED)

    def save(self, saved: Saved) -> None:
        """Replace the last state. Raises ThimbleError ``cannot-write``, and leaves the one before it."""
        self._write(_LAST, saved)

    def save_baseline(self, saved: Saved) -> None:
        """Keep the baseline. Raises ThimbleError ``cannot-write``."""
        self._write(_BASELINE, saved)

    def save_compressed(self, saved: Saved) -> None:
        """Keep the pruned and clustered model. Raises ThimbleError ``cannot-write``."""
        self._write(_COMPRESSED, saved)

    def clear(self) -> None:
        """Remove all of them: the run is done."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _read(self, name: str) -> Saved | None:
        with contextlib.suppress(*_BROKEN), _opened(self.folder / name) as (about, file):
            if about["digest"] == self.identity.digest:
                return _saved(about, file)
        return None

    def _is_ours(self, name: str) -> bool:
        with contextlib.suppress(*_BROKEN), _opened(self.folder / name) as (about, _):
            return bool(about["digest"] == self.identity.digest)
        return False

    def _write(self, name: str, saved: Saved) -> None:
        identity = self.identity
        about = {"model": identity.model, "data": identity.data, "digest": identity.digest}
        arrays = _arrays({**about, "recipe": recipe_to_dict(identity.recipe)}, saved)
        part = self.folder / (name + _PART)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                np.savez(file, allow_pickle=False, **arrays)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.folder / name)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise _cannot_save(self.folder / name, error, saved) from None


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[dict[str, Any], Any]]:
    """What a checkpoint says, and its arrays by name. Raises one of `_BROKEN`."""
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
        yield json.loads(bytes(file["about"])), file


def _cannot_save(path: Path, error: OSError, saved: Saved) -> ThimbleError:
    epoch = saved.history[-1]["epoch"] if saved.history else 0
    return ThimbleError(
        "cannot-write",
        f"the checkpoint after epoch {epoch} cannot be written to {path.parent}: {error.strerror or error}",
        "make room on the disk and start the same run again: it goes on from the last checkpoint there is",
    )


def _arrays(about: Mapping[str, Any], saved: Saved) -> dict[str, Any]:
    """Everything as named arrays; what is no array is the JSON in `about`."""
    state = saved.state
    text = json.dumps(
        {
            **about,
            "step": saved.step,
            "history": saved.history,
            "architecture": saved.architecture,
            "sparsity": saved.sparsity,
            "constraint": saved.constraint.kind,
            "places": [[(layer, place) for layer, place, _ in book] for book in saved.constraint.parts],
            "best_loss": state.best_loss,
            "waited": state.waited,
        }
    )
    groups = {
        "weights": state.weights,
        "optimizer": state.optimizer,
        "best": state.best_weights,
        "constraint": [array for book in saved.constraint.parts for _, _, array in book],
    }
    named = {f"{group}-{n}": array for group, arrays in groups.items() for n, array in enumerate(arrays)}
    return {"about": np.frombuffer(text.encode(), np.uint8), **named}


def _saved(about: Mapping[str, Any], file: Any) -> Saved:
    """Raises one of `_BROKEN`, also for a checkpoint without an epoch: nothing was done that could go on."""
    if not about["history"]:
        raise ValueError("history")
    kept = iter(_group(file, "constraint"))
    parts = tuple(
        tuple((str(layer), int(place), next(kept)) for layer, place in book) for book in about["places"]
    )
    state = TrainingState(
        _group(file, "weights"),
        _group(file, "optimizer"),
        _group(file, "best"),
        float(about["best_loss"]),
        int(about["waited"]),
    )
    constraint = CONSTRAINTS[about["constraint"]].of_parts(parts)
    history = tuple(about["history"])
    return Saved(about["step"], history, about["architecture"], state, about["sparsity"], constraint)


def _group(file: Any, group: str) -> Arrays:
    numbers = sorted(int(name.rpartition("-")[2]) for name in file.files if name.startswith(f"{group}-"))
    return [file[f"{group}-{n}"] for n in numbers]
