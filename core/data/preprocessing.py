"""What was done to the data that a model was made with, kept beside the model.

So every later command, the board and the Pi give it the same inputs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from core.data.dataset import DataSet
from core.data.registry import load_data
from core.data.samples import Watch
from core.data.scaling import PIXELS, Normalization, ValueRange
from core.data.source import SampleShape, nobody_watches
from core.errors import ThimbleError
from core.recipe import DataOptions, Scaling
from core.recipe_toml import section_from_dict

PREPROCESSING = "preprocessing.json"
#: The models that lie beside it under these names, whatever their ending, are those that it is about.
_MODEL_STEMS = ("model", "baseline")
_ABOUT = (
    "input = (raw - shift) / divisor, one number for all or one for each channel; raw are the numbers in the"
    " data (8-bit pixels from 0 to 255), raw_range what they can be, null where that is not known"
)


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How the inputs of a model are made from data: scaled, split, cut into windows."""

    normalization: Normalization
    options: DataOptions

    @classmethod
    def of(cls, data: DataSet) -> Preprocessing:
        return cls(data.normalization, data.options)

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        normalization, raw = self.normalization, self.normalization.raw
        options = {key: value for key, value in asdict(self.options).items() if key != "scaling"}
        return {
            "about": _ABOUT,
            "scaling": normalization.scaling.value,
            "raw_range": None if raw is None else [raw.low, raw.high],
            "shift": list(normalization.shift),
            "divisor": list(normalization.divisor),
            **options,
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Preprocessing:
        """Raises KeyError, TypeError or ValueError for what `to_dict` did not give."""
        raw = stored["raw_range"]
        shift, divisor = (tuple(float(n) for n in stored[key]) for key in ("shift", "divisor"))
        if len(shift) != len(divisor) or not shift or not all(divisor):
            raise ValueError("shift and divisor")
        normalization = Normalization(
            Scaling(stored["scaling"]), shift, divisor, None if raw is None else ValueRange(*map(float, raw))
        )
        fraction = stored["test_fraction"]
        return cls(
            normalization,
            DataOptions(
                test_fraction=None if fraction is None else float(fraction),
                seed=int(stored["seed"]),
                stride=int(stored["stride"]),
            ),
        )


def write_preprocessing(data: DataSet, folder: Path) -> None:
    """Write it into the folder of the models. Raises OSError."""
    text = json.dumps(Preprocessing.of(data).to_dict(), indent=1)
    (folder / PREPROCESSING).write_text(text, encoding="utf-8")


def preprocessing_beside(model: str | Path) -> Path | None:
    """The file beside the model that is about it; None where there is none."""
    path = Path(model)
    if path.stem not in _MODEL_STEMS:
        return None
    stored = path.with_name(PREPROCESSING)
    return stored if stored.is_file() else None


def read_preprocessing(model: str | Path) -> Preprocessing | None:
    """What lies beside the model; None where nothing does. Raises ThimbleError ``bad-data``."""
    stored = preprocessing_beside(model)
    if stored is None:
        return None
    try:
        return Preprocessing.from_dict(json.loads(stored.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ThimbleError(
            "bad-data",
            f"{stored} cannot be read, which says how the inputs of {Path(model).name} are scaled",
            "take it from the results again, or remove it and say the scaling with --scale",
        ) from error


def load_for_model(
    data: str,
    model: str | Path,
    shape: SampleShape,
    options: DataOptions | None = None,
    wanted: Normalization | None = None,
    watch: Watch = nobody_watches,
) -> DataSet:
    """`load_data` as the model was made with it.

    `options` (of a recipe, or the command line) go before what lies beside the model, key by key: what is
    left at its default is taken from there. What the model itself tells, `wanted`, comes last. Raises
    ThimbleError as `load_data` and `read_preprocessing` do.
    """
    stored = read_preprocessing(model)
    if stored is None:
        return load_data(data, shape, options, wanted, watch)
    return load_data(data, shape, _completed(options, stored.options), stored.normalization, watch)


def _completed(options: DataOptions | None, stored: DataOptions) -> DataOptions:
    """The stored options with those of `options` that are not at their defaults."""
    if options is None:
        return stored
    pairs = ((key, getattr(options, key.name)) for key in fields(options))
    return replace(stored, **{key.name: value for key, value in pairs if value != key.default})


def split_warning(model: str | Path, options: DataOptions) -> str | None:
    """Words for data that were read with `options`, where they may be split otherwise than when the model was
    made. Raises ThimbleError ``bad-data``."""
    stored = read_preprocessing(model)
    if stored is None or replace(options, scaling=stored.options.scaling) == stored.options:
        return None
    names = [key.name for key in fields(options) if key.name != "scaling"]
    was, now = (
        ", ".join(f"{name} = {getattr(each, name)}" for name in names) for each in (stored.options, options)
    )
    return (
        f"the model was made with other [data] ({was}; now {now}): where the data have no split of their own,"
        " some of its training samples are tested on now"
    )


def is_range_known(model: str | Path, data: DataSet, model_tells: bool) -> bool:
    """Whether anything says that the model wants its inputs in the range that `data` were read to: what was
    asked for, what lies beside the model, its first layer (`model_tells`), or data that have one range alone.

    Of pixels there are several usual ones, of numbers without a range any. Raises ThimbleError ``bad-data``.
    """
    raw = data.normalization.raw
    if model_tells or data.options.scaling is not Scaling.AUTO or raw not in (None, PIXELS):
        return True
    stored = read_preprocessing(model)
    # With a range on one side alone, what is stored was not taken.
    return stored is not None and (stored.normalization.raw is None) == (raw is None)


def range_warning(model: str | Path, data: DataSet, model_tells: bool) -> str | None:
    """Words for data whose scaling is a guess, as `is_range_known` says. Raises ThimbleError ``bad-data``."""
    if is_range_known(model, data, model_tells):
        return None
    return (
        "nothing tells to which numbers the data were scaled when the model was trained; it gets:"
        f" {data.input_range}. Where that is wrong, say it: --scale, or scaling in [data] of the recipe"
    )


def options_given(params: Mapping[str, Any]) -> DataOptions | None:
    """What a task's param `options`, the keys of a recipe's ``[data]``, says; None where it is left out.

    Raises ThimbleError ``bad-recipe``.
    """
    given = params.get("options")
    return section_from_dict(DataOptions, given, "data") if given else None


def with_scaling(
    model: str | Path, scaling: str | None, options: DataOptions | None = None
) -> DataOptions | None:
    """`options`, or else what is stored beside the model, with this scaling; `options` where none is named.

    Raises ThimbleError ``bad-scaling``.
    """
    if not scaling:
        return options
    known = [member.value for member in Scaling]
    if scaling not in known:
        raise ThimbleError("bad-scaling", f"there is no scaling {scaling!r}", f"there are {', '.join(known)}")
    stored = read_preprocessing(model)
    known_options = options or (stored.options if stored else DataOptions())
    return replace(known_options, scaling=Scaling(scaling))
