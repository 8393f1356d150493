"""A folder of pictures, one subfolder per class."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.data.pictures import (
    BrokenPictureError,
    Pictures,
    PictureShape,
    picture_shape,
    read_pictures,
    shape_of,
    unreadable,
)
from core.data.raw import RawData, RawPart
from core.data.scaling import PIXELS
from core.data.source import Request
from core.data.split import split_data
from core.errors import ThimbleError
from core.recipe import Scaling

TEST_SHARE = 0.2
_ENDINGS = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}
_HINT = "the folder needs one subfolder per class, with at least two pictures in each"
#: Folders of a split that somebody made; the first of each that is there counts.
_TRAIN, _TEST = ("train", "training"), ("test", "testing", "val", "valid", "validation")
#: What archives made on a Mac bring along.
_NO_CLASS = {"__MACOSX"}

_Files = dict[str, list[Path]]


class Folder:
    """A folder with one subfolder per class; its name is the class name, in alphabetical order.

    Pictures are resized (bilinear) to what the model wants, or to the size of the first one, and made grey
    for one channel. One in five of each class, always the same, is for testing, unless there are
    folders `train` and `test` (or `validation`), each with the subfolders.
    """

    id = "folder"
    about = "a folder of pictures with one subfolder per class"

    def accepts(self, name_or_path: str) -> bool:
        return Path(name_or_path).is_dir()

    def read(self, name_or_path: str, request: Request) -> RawData:
        root = Path(name_or_path)
        given = given_split(root)
        if given is not None:
            return _as_given(root, *given, request)
        files = _files_by_class(root, at_least=2)
        shape = _shape(root, files, request)
        pixels = read_pictures([path for group in files.values() for path in group], shape, request.watch)
        return split_data(
            _name(root),
            RawPart(pixels, _labels(files)),
            tuple(files),
            request.options,
            TEST_SHARE,
            PIXELS,
            Scaling.UNIT,
        )


def _name(root: Path) -> str:
    return root.name or root.resolve().name


def given_split(root: Path) -> tuple[Path, Path] | None:
    """The folders for training and testing, where the folder has these and no others; else None."""
    there = {path.name.lower(): path for path in subfolders(root)}
    if not there or not there.keys() <= {*_TRAIN, *_TEST}:
        return None
    train = next((there[name] for name in _TRAIN if name in there), None)
    test = next((there[name] for name in _TEST if name in there), None)
    if train is None or test is None or not subfolders(train):
        return None
    return train, test


def _as_given(root: Path, train: Path, test: Path, request: Request) -> RawData:
    parts = [_files_by_class(folder, at_least=1) for folder in (train, test)]
    if list(parts[0]) != list(parts[1]):
        other = sorted(set(parts[0]) ^ set(parts[1]))[0]
        raise ThimbleError(
            "bad-data",
            f"the class {other} is in one of {train.name} and {test.name} in {root} only",
            "give both the same subfolders",
        )
    shape = _shape(root, parts[0], request)
    paths = [[path for group in files.values() for path in group] for files in parts]
    pixels = read_pictures(paths[0] + paths[1], shape, request.watch)
    cut = len(paths[0])
    train_pixels, test_pixels = (
        (pixels[:cut], pixels[cut:])
        if isinstance(pixels, np.ndarray)
        else (Pictures(paths[0], shape), Pictures(paths[1], shape))
    )
    return RawData(
        _name(root),
        RawPart(train_pixels, _labels(parts[0])),
        RawPart(test_pixels, _labels(parts[1])),
        tuple(parts[0]),
        PIXELS,
        Scaling.UNIT,
    )


def _labels(files: _Files) -> npt.NDArray[np.int64]:
    return np.repeat(np.arange(len(files)), [len(group) for group in files.values()])


def _shape(root: Path, files: _Files, request: Request) -> PictureShape:
    """What the model wants, or the shape of the first picture that can be read."""
    if request.shape is not None:
        return picture_shape(str(root), request.shape)
    for path in (path for group in files.values() for path in group):
        try:
            return PictureShape(*shape_of(path))
        except BrokenPictureError:
            continue  # told with the others
    raise unreadable([path for group in files.values() for path in group])


def subfolders(root: Path) -> list[Path]:
    """The folders in it that may be classes, in alphabetical order. Raises ThimbleError ``bad-data``."""
    try:
        return sorted(p for p in root.iterdir() if p.is_dir() and _is_seen(p) and p.name not in _NO_CLASS)
    except OSError as error:
        raise ThimbleError("bad-data", f"{root} cannot be read ({error.strerror})", "check it") from error


def _files_by_class(root: Path, at_least: int) -> _Files:
    folders = subfolders(root)
    for folder in folders:
        if root.resolve().is_relative_to(folder.resolve()):
            raise ThimbleError(
                "bad-data", f"{folder} is a link to a folder that it lies in itself", "remove the link"
            )
    files = {folder.name: sorted(_pictures_in(folder)) for folder in folders}
    if len(files) < 2:
        raise ThimbleError("bad-data", f"{root} has {len(files)} subfolders", _HINT)
    for name, group in files.items():
        if len(group) < at_least:
            raise ThimbleError("bad-data", f"the class {name} in {root} has {len(group)} pictures", _HINT)
    return files


def _pictures_in(folder: Path) -> Iterator[Path]:
    """The pictures at any depth; links to folders are not followed, so that there are no loops."""
    for path in folder.rglob("*"):
        hidden = any(not _is_seen(part) for part in path.relative_to(folder).parents if part.name)
        if path.suffix.lower() in _ENDINGS and _is_seen(path) and not hidden and not path.is_dir():
            yield path


def _is_seen(path: Path) -> bool:
    return not path.name.startswith(".")
