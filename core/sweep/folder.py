"""The folder of a sweep: where each run lies, and which of them are finished already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from traceback import format_exception
from typing import Any

from core.compress.record import OF_TFMOT, TOOLS
from core.compress.run_files import KERAS, RECORD
from core.data.known.source import known_set
from core.data.preprocessing import preprocessing_beside
from core.errors import ThimbleError
from core.paths import cannot_write, datasets_dir, write_atomically
from core.recipe import Recipe
from core.recipe_toml import recipe_to_dict
from core.sweep.grid import Quantization, Series, Variant
from core.sweep.result import Point, point_from_json
from core.versions import version_of

SWEEP = "sweep.json"
#: Where the tracebacks of unexpected failures go.
LOG = "sweep.log"
_RUNS, _BASELINES = "runs", "baselines"
_POINT = "point.json"
_PRUNED = "pruned.json"
#: What is noted of a trained baseline, beside its model.
BASELINE = "baseline.json"


def identity_of(name: str) -> str:
    """What a model or data are known by when a sweep goes on: the SHA-256 of a file, the names, sizes and
    times of the files in a folder, those of a known set in the data folder too, or the name of what is
    built in. Raises ThimbleError ``missing-file`` without a data folder."""
    path = Path(name)
    known = known_set(name)
    if known is not None:
        path = known.place_in(datasets_dir()) or path
    if path.is_file():
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        listed = [(file.relative_to(path).as_posix(), file.stat()) for file in files]
        return _digest([(name, stat.st_size, stat.st_mtime_ns) for name, stat in listed])
    return name


@dataclass(frozen=True, slots=True)
class SweepFolder:
    """The places under `out`. `made_from` is what all runs have in common, the versions of the tools too: a
    key of what is finished."""

    out: Path
    made_from: str

    def baseline(self, seed: int) -> Path:
        """The folder of the model that the recipe trains from scratch, before anything is pruned."""
        return self.out / _BASELINES / f"seed-{seed}"

    def variant(self, variant: Variant) -> Path:
        return self.out / _RUNS / variant.series.id / variant.name

    def run(self, variant: Variant, quantization: Quantization) -> Path:
        return self.variant(variant) / quantization.label

    def finished(self, variant: Variant, quantization: Quantization) -> Point | None:
        """The result of a run that was done before with the same model, data, recipe and tools; else None."""
        folder = self.run(variant, quantization)
        raw = _read(folder / _POINT)
        if raw is None or raw.get("key") != self._key(variant.recipe_for(quantization)):
            return None
        if not (folder / RECORD).is_file():
            return None
        try:
            return point_from_json(raw["point"])
        except (KeyError, TypeError):  # of another version
            return None

    def keep(self, variant: Variant, quantization: Quantization, point: Point) -> None:
        """Note a finished run. Raises ThimbleError ``cannot-write``."""
        key = self._key(variant.recipe_for(quantization))
        text = json.dumps({"key": key, "point": point.to_json()}, indent=1)
        write_atomically(self.run(variant, quantization) / _POINT, text)

    def pruned(self, variant: Variant) -> Mapping[str, Any] | None:
        """What `keep_pruned` noted of the same model, data and recipe; its model is `pruned_model`."""
        raw = _read(self.variant(variant) / _PRUNED)
        there = raw is not None and self.pruned_model(variant).is_file()
        return raw if raw and there and raw.get("key") == self._pruned_key(variant) else None

    def keep_pruned(self, variant: Variant, model: Any, record: Mapping[str, Any]) -> None:
        """Note the pruned float model, so that it need not be trained again. Raises ThimbleError
        ``cannot-write``."""
        target = self.pruned_model(variant)
        save_model(model, target)
        text = json.dumps({**record, "key": self._pruned_key(variant)}, indent=1)
        write_atomically(target.with_name(_PRUNED), text)

    def pruned_model(self, variant: Variant) -> Path:
        return self.variant(variant) / "pruned.keras"

    def has_baseline(self, recipe: Recipe) -> bool:
        """Whether the baseline of this recipe has been trained."""
        folder = self.baseline(recipe.seed)
        note = _read(folder / BASELINE)
        return (
            note is not None and note.get("key") == self.baseline_key(recipe) and (folder / KERAS).is_file()
        )

    def baseline_key(self, recipe: Recipe) -> str:
        """What a trained baseline depends on."""
        parts = recipe_to_dict(recipe)
        kept = {name: parts.get(name) for name in ("train", "augment", "seed")}
        return _digest([self.made_from, kept])

    def log_unexpected(self, run: Path, error: BaseException) -> None:
        """Append the traceback of a run that failed for a reason that is no user's to the log. Raises
        ThimbleError ``cannot-write``."""
        path = self.out / LOG
        try:
            with path.open("a", encoding="utf-8") as log:
                log.write(f"{run.relative_to(self.out).as_posix()}\n{''.join(format_exception(error))}\n")
        except OSError as failure:
            raise cannot_write(path, failure) from failure

    def _key(self, recipe: Recipe) -> str:
        return _digest([self.made_from, recipe_to_dict(recipe)])

    def _pruned_key(self, variant: Variant) -> str:
        """Of everything but the quantization, which comes after."""
        raw = recipe_to_dict(replace(variant.recipe, name="", description=""))
        raw.pop("quantize")
        return _digest([self.made_from, raw])


def save_model(model: Any, target: Path) -> None:
    """Save a Keras model beside its place and rename it in. Raises ThimbleError ``cannot-write``."""
    partial = target.with_name(f".part-{KERAS}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        model.save(partial)
        partial.replace(target)
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        partial.unlink(missing_ok=True)


def open_folder(out: Path, model: str, data: str, series: Sequence[Series]) -> SweepFolder:
    """The folder of this sweep, new or to go on with.

    Raises ThimbleError ``other-sweep`` when it holds the results of another model, data or recipe.
    """
    subject = {
        "model": identity_of(model),
        "data": identity_of(data),
        "series": {each.id: _base(each.recipe) for each in series},
    }
    before = _read(out / SWEEP)
    same = before is not None and before.get("subject") == subject
    if before is not None and not same and any((out / name).exists() for name in (_RUNS, _BASELINES)):
        raise ThimbleError(
            "other-sweep",
            f"{out} holds the results of another model, data or recipe",
            "choose another folder, or remove this one",
        )
    if not same:
        write_atomically(out / SWEEP, json.dumps({"subject": subject, "state": "running"}, indent=1))
    return SweepFolder(out, _digest([subject["model"], subject["data"], _scaled_as(model), _tools()]))


def _scaled_as(model: str) -> str | None:
    """What lies beside the model about its inputs."""
    stored = preprocessing_beside(model)
    return None if stored is None else identity_of(str(stored))


def _tools() -> dict[str, str]:
    """What gives other numbers in another version. scikit-learn brings the digits."""
    return {name: version_of(name) for name in (*TOOLS, *OF_TFMOT, "scikit-learn", "thimble")}


def subject_of(out: Path) -> Mapping[str, Any]:
    """What `open_folder` noted."""
    return dict((_read(out / SWEEP) or {}).get("subject", {}))


def _base(recipe: Recipe) -> dict[str, Any]:
    """The recipe without what the grid may vary: a sweep goes on with more values of an axis."""
    raw = recipe_to_dict(recipe)
    for section, key in (("prune", "sparsity"), ("prune", "criterion"), ("prune", "schedule"),
                         ("quantize", "kind"), ("quantize", "mode")):  # fmt: skip
        raw.get(section, {}).pop(key, None)
    return raw


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _read(path: Path) -> dict[str, Any] | None:
    """A JSON object; None when it is not there or is not one."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return raw if isinstance(raw, dict) else None
