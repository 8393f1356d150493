"""Pictures as bytes of 0 to 255, decoded when they are asked for."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from core.data.samples import Samples, Watch, fits_memory, places_of
from core.errors import ThimbleError

Pixels = npt.NDArray[np.uint8]

#: Whatever Pillow raises for files that are broken, or no pictures, or far too large.
_BROKEN = (
    OSError, EOFError, ValueError, TypeError, SyntaxError, KeyError, IndexError, OverflowError, MemoryError,
    struct.error, zlib.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
_GREY_MODES = ("1", "L", "LA", "I", "I;16", "I;16B", "I;16L", "F")
_SIXTEEN_BITS = ("I", "I;16", "I;16B", "I;16L")


class Stored(Protocol):
    """A picture inside another file; as text, where that is."""

    def read(self) -> bytes: ...


PictureFile = Path | Stored


class BrokenPictureError(Exception):
    """The bytes are not a picture that can be read."""


@dataclass(frozen=True, slots=True)
class PictureShape:
    """What pictures are resized (bilinear) and converted to: 1 channel (grey) or 3 (red, green, blue)."""

    height: int
    width: int
    channels: int

    @property
    def as_tuple(self) -> tuple[int, int, int]:
        return self.height, self.width, self.channels


def picture_shape(name: str, wanted: tuple[int, ...]) -> PictureShape:
    """The shape of a model's input as that of pictures. Raises ThimbleError ``data-does-not-fit``."""
    problem = ""
    if len(wanted) != 3:
        problem = (
            f"{name} holds pictures, but the model's input has {len(wanted)} dimensions instead of 3"
            " (height, width, channels)"
        )
    elif wanted[2] not in (1, 3):
        problem = f"the model wants {wanted[2]} channels, pictures have 1 (grey) or 3 (colour)"
    if problem:
        raise ThimbleError("data-does-not-fit", problem, "give the data as an .npz file")
    return PictureShape(*wanted)


def shape_of(content: Path | bytes) -> tuple[int, int, int]:
    """Height, width and channels (1 or 3) of one picture. Raises BrokenPictureError."""
    picture = _upright(content)
    return picture.height, picture.width, 1 if picture.mode in _GREY_MODES else 3


def decode(content: Path | bytes, shape: PictureShape) -> Pixels:
    """One picture, the file or its bytes, as uint8 ``[height, width, channels]``.

    It is turned as its EXIF data say; 16 bits become the upper 8; what is transparent lies on white.
    Raises BrokenPictureError.
    """
    picture = _upright(content)
    try:
        picture = _eight_bits(picture).convert("L" if shape.channels == 1 else "RGB")
        resized = picture.resize((shape.width, shape.height), Image.Resampling.BILINEAR)
    except _BROKEN as error:
        raise BrokenPictureError(str(error)) from error
    return np.asarray(resized, np.uint8).reshape(shape.as_tuple)


def _upright(content: Path | bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(content) if isinstance(content, bytes) else content)
        picture.load()
        return ImageOps.exif_transpose(picture)
    except _BROKEN as error:
        raise BrokenPictureError(str(error)) from error


def _eight_bits(picture: Image.Image) -> Image.Image:
    """The picture without 16 bits, which Pillow would cut off at 255, and without transparency."""
    if picture.mode in _SIXTEEN_BITS:
        return Image.fromarray((np.clip(np.asarray(picture, np.int64), 0, 65535) >> 8).astype(np.uint8))
    if not picture.has_transparency_data:
        return picture
    layer = picture.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer).convert("RGB")


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Pictures as samples, decoded when they are indexed."""

    files: Sequence[PictureFile]
    decoded: PictureShape

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.files), *self.decoded.as_tuple)

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, places: Any, /) -> Pixels:
        chosen = places_of(places, len(self))
        pixels = np.empty((len(chosen), *self.decoded.as_tuple), np.uint8)
        for row, place in enumerate(chosen):
            pixels[row] = self._decoded(int(place))
        return pixels

    def _decoded(self, place: int) -> Pixels:
        try:
            return decode(_content(self.files[place]), self.decoded)
        except BrokenPictureError as error:
            raise unreadable([self.files[place]]) from error


def _content(file: PictureFile) -> Path | bytes:
    return file if isinstance(file, Path) else file.read()


def read_pictures(files: Sequence[PictureFile], shape: PictureShape, watch: Watch) -> Samples:
    """Every picture, decoded once, so that what cannot be read is told now; kept when memory allows.

    Raises ThimbleError ``bad-data`` that names what cannot be read.
    """
    pictures = Pictures(files, shape)
    kept = np.empty(pictures.shape, np.uint8) if fits_memory([pictures.shape]) else None
    broken = []
    for place, file in enumerate(files):
        try:
            pixels = decode(_content(file), shape)
        except BrokenPictureError:
            broken.append(file)
            continue
        if kept is not None:
            kept[place] = pixels
        watch(place + 1, len(files))
    if broken:
        raise unreadable(broken)
    return pictures if kept is None else kept


def unreadable(files: Sequence[PictureFile]) -> ThimbleError:
    """The error for pictures that cannot be read; the first few are named."""
    named = ", ".join(str(file) for file in files[:5]) + (" …" if len(files) > 5 else "")
    what = " is not a picture" if len(files) == 1 else f": these {len(files)} are not pictures"
    return ThimbleError(
        "bad-data", f"{named}{what} that can be read", "remove what cannot be read, or replace it"
    )
