"""A folder of pictures, one subfolder per class."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import psutil
from PIL import Image, UnidentifiedImageError

from core.data.dataset import DataSet, FloatArray, make_dataset
from core.data.source import SampleShape
from core.data.split import stratified_split
from core.errors import ThimbleError

TEST_SHARE = 0.2
#: The pictures, and again when they are split.
_COPIES = 2
_ENDINGS = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}
_HINT = "the folder needs one subfolder per class, with at least two pictures in each"


class Folder:
    """A folder with one subfolder per class; its name is the class name, in alphabetical order.

    Pictures are resized (bilinear) to what the model wants, or to the size of the first one, made grey
    for one channel, and scaled to 0…1. One in five of each class, always the same, is for testing.
    """

    id = "folder"
    about = "a folder of pictures with one subfolder per class"

    def accepts(self, name_or_path: str) -> bool:
        return Path(name_or_path).is_dir()

    def load(self, name_or_path: str, shape: SampleShape | None) -> DataSet:
        root = Path(name_or_path)
        files = _files_by_class(root)
        paths = [path for group in files.values() for path in group]
        labels = np.repeat(np.arange(len(files)), [len(group) for group in files.values()])
        wanted = shape or _shape_of(paths[0])
        if len(wanted) != 3:
            raise ThimbleError(
                "data-does-not-fit",
                f"{root} holds pictures, but the model's input has {len(wanted)} dimensions instead of 3",
                "give the data as an .npz file",
            )
        if wanted[2] not in (1, 3):
            raise ThimbleError(
                "data-does-not-fit",
                f"the model wants {wanted[2]} channels, pictures have 1 (grey) or 3 (colour)",
                "give the data as an .npz file",
            )
        _check_memory(root, len(paths), wanted)
        images = np.empty((len(paths), *wanted), np.float32)
        for n, path in enumerate(paths):
            images[n] = _picture(path, wanted)
        train, test = stratified_split(labels, max(TEST_SHARE, len(files) / len(paths)))
        return make_dataset(
            root.name,
            (images[train], labels[train]),
            (images[test], labels[test]),
            list(files),
            "0…1",
        )


def _files_by_class(root: Path) -> dict[str, list[Path]]:
    folders = sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))
    files = {
        folder.name: sorted(p for p in folder.rglob("*") if p.suffix.lower() in _ENDINGS)
        for folder in folders
    }
    if len(files) < 2:
        raise ThimbleError("bad-data", f"{root} has {len(files)} subfolders", _HINT)
    for name, group in files.items():
        if len(group) < 2:
            raise ThimbleError("bad-data", f"the class {name} in {root} has {len(group)} pictures", _HINT)
    return files


def _check_memory(root: Path, count: int, shape: SampleShape) -> None:
    """All pictures are in memory at once: better an error now than a computer that comes to a halt."""
    needed_bytes = _COPIES * count * math.prod(shape) * np.dtype(np.float32).itemsize
    free_bytes = psutil.virtual_memory().available
    if needed_bytes > free_bytes:
        raise ThimbleError(
            "not-enough-memory",
            f"the {count:,} pictures in {root} take {needed_bytes / 1e9:.1f} GB of memory at"
            f" {shape[0]}×{shape[1]}, {free_bytes / 1e9:.1f} GB are free",
            "take a folder with fewer pictures, or a model that reads smaller ones",
        )


def _open(path: Path) -> Image.Image:
    try:
        picture = Image.open(path)
        picture.load()
    except (UnidentifiedImageError, OSError) as error:
        raise ThimbleError(
            "bad-data", f"{path} is not a picture that can be read", "remove it or replace it"
        ) from error
    return picture


def _shape_of(path: Path) -> SampleShape:
    picture = _open(path)
    return picture.height, picture.width, 1 if picture.mode in ("1", "L", "I;16", "F") else 3


def _picture(path: Path, shape: SampleShape) -> FloatArray:
    """One picture as [height, width, channels] of 0…1."""
    height, width, channels = shape
    picture = _open(path).convert("L" if channels == 1 else "RGB")
    pixels = np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR), np.float32) / 255.0
    return pixels.reshape(shape)
