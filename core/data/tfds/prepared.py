"""What TensorFlow Datasets has prepared: a folder with TFRecord files and what describes them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.pictures import BrokenPictureError, picture_shape, read_pictures, shape_of
from core.data.raw import RawData, RawPart
from core.data.samples import Watch
from core.data.scaling import PIXELS
from core.data.source import Request, SampleShape
from core.data.split import split_data
from core.data.tfds.records import Excerpt, read_examples
from core.errors import ThimbleError
from core.recipe import Scaling

TEST_SHARE = 0.2
_SHARD = re.compile(r".+-(?P<split>[^-]+)\.tfrecord(?:-(?P<number>\d{5})-of-(?P<shards>\d{5}))?")
_TEST_SPLITS = ("test", "validation")
_HINT = "prepare the set again with TensorFlow Datasets, as TFRecord"
_IMAGE, _LABEL = "image_feature.Image", "class_label_feature.ClassLabel"


@dataclass(frozen=True, slots=True, eq=False)
class _Split:
    """The pictures of one split, still encoded, and their classes."""

    pictures: list[Excerpt]
    labels: npt.NDArray[np.int64]


def prepared_folder(path: Path) -> Path | None:
    """The folder with TFRecord files in `path`, its versions or its configurations: the newest; or None."""
    try:
        inside = [path, *(p for pattern in ("*", "*/*") for p in path.glob(pattern) if p.is_dir())]
        found = [p for p in inside if any(_SHARD.fullmatch(file.name) for file in p.glob("*.tfrecord*"))]
    except OSError:
        return None
    return max(found, key=_version, default=None)


def _version(folder: Path) -> tuple[int, ...]:
    parts = folder.name.split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()


def read_prepared(
    folder: Path, name: str, class_names: tuple[str, ...], native: SampleShape | None, request: Request
) -> RawData:
    """The set in a prepared folder. Classes are numbered as in its files.

    `class_names` are taken where the folder has none; `native` is the shape of the pictures when all have
    one, and they keep it. Without a test split, one in five of each class is for testing. Raises
    ThimbleError ``bad-data`` or ``missing-file``.
    """
    shards = _shards(folder)
    train = shards.get("train")
    test = next((shards[split] for split in _TEST_SPLITS if split in shards), None)
    if train is None:
        raise ThimbleError("bad-data", f"{folder} has the splits {', '.join(shards)}, not train", _HINT)
    image, label = _feature_names(folder)
    splits = [_read_split(files, image, label, request.watch) for files in (train, test) if files]
    pictures = [picture for split in splits for picture in split.pictures]
    if not pictures:
        raise ThimbleError("bad-data", f"{folder} has no records", _HINT)
    shape = picture_shape(name, native or request.shape or _first_shape(pictures))
    names = _class_names(folder, label) or class_names
    parts = [RawPart(read_pictures(s.pictures, shape, request.watch), s.labels) for s in splits]
    if len(parts) == 1:
        return split_data(name, parts[0], names, request.options, TEST_SHARE, PIXELS, Scaling.UNIT)
    return RawData(name, parts[0], parts[1], names, PIXELS, Scaling.UNIT)


def _shards(folder: Path) -> dict[str, list[Path]]:
    """The files of each split, in order. Raises ThimbleError ``missing-file`` when one is not there."""
    shards: dict[str, list[Path]] = {}
    wanted: dict[str, int] = {}
    for path in sorted(folder.glob("*.tfrecord*")):
        found = _SHARD.fullmatch(path.name)
        if found is not None:
            shards.setdefault(found["split"], []).append(path)
            wanted[found["split"]] = int(found["shards"] or 1)
    for split, paths in shards.items():
        if len(paths) != wanted[split]:
            raise ThimbleError(
                "missing-file",
                f"{folder} has {len(paths)} of the {wanted[split]} files of the split {split}",
                "copy the folder again",
            )
    return shards


def _feature_names(folder: Path) -> tuple[str, str]:
    """The features with the picture and its class, as features.json says; by their usual names without it."""
    try:
        described = json.loads((folder / "features.json").read_text(encoding="utf-8"))
        features = described.get("featuresDict", {}).get("features") or described.get("content", {})
        kinds = {str(name): _kind(feature) for name, feature in features.items()}
    except FileNotFoundError:
        return "image", "label"
    except (OSError, ValueError, AttributeError) as error:
        raise ThimbleError("bad-data", f"{folder / 'features.json'} cannot be read", _HINT) from error
    images = [name for name, kind in kinds.items() if kind.endswith(_IMAGE)]
    labels = [name for name, kind in kinds.items() if kind.endswith(_LABEL)]
    if len(images) != 1 or not labels:
        raise ThimbleError(
            "bad-data", f"{folder} does not hold one picture and its class in each record", "take another set"
        )
    return images[0], "label" if "label" in labels else labels[0]


def _kind(feature: Any) -> str:
    return str(feature.get("pythonClassName") or feature.get("type") or "")


def _class_names(folder: Path, label: str) -> tuple[str, ...]:
    try:
        lines = (folder / f"{label}.labels.txt").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    return tuple(line.strip() for line in lines if line.strip())


def _read_split(files: list[Path], image: str, label: str, watch: Watch) -> _Split:
    sizes = [path.stat().st_size for path in files]
    pictures: list[Excerpt] = []
    labels: list[int] = []
    for path, before in zip(files, np.cumsum([0, *sizes]).tolist(), strict=False):
        for end, example in read_examples(path):
            picture, numbers = example.texts.get(image), example.numbers.get(label, [])
            if picture is None or len(numbers) != 1:
                raise ThimbleError(
                    "bad-data",
                    f"a record of {path} has no feature {image!r} or {label!r}",
                    "take another set",
                )
            pictures.append(picture)
            labels.append(numbers[0])
            watch(before + end, sum(sizes))
    return _Split(pictures, np.array(labels, np.int64))


def _first_shape(pictures: list[Excerpt]) -> SampleShape:
    try:
        return shape_of(pictures[0].read())
    except BrokenPictureError as error:
        raise ThimbleError("bad-data", f"{pictures[0]} is not a picture", _HINT) from error
