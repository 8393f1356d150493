"""What a known data set is: where its files may lie, and what they must hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.data.known.publication import PublishedFile
from core.data.raw import RawData
from core.data.source import Request, SampleShape
from core.errors import ThimbleError


class FileFormat(Protocol):
    """How the files of a set are read."""

    def is_at(self, path: Path) -> bool:
        """Whether the files are there, or at least one of them."""
        ...

    def is_whole_at(self, path: Path) -> bool:
        """Whether none of the files lacks."""
        ...

    def wanted(self, path: Path) -> str:
        """What to put at `path`, in words."""
        ...

    def read(self, path: Path, known: KnownSet, request: Request) -> RawData:
        """The set at `path`. Raises ThimbleError."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """A path inside the data folder and the format of what lies there.

    `is_told`: whether people are told to put it there; what is found elsewhere is read all the same.
    """

    path: str
    format: FileFormat
    is_told: bool = True


@dataclass(frozen=True, slots=True)
class KnownSet:
    """A published data set.

    `aliases` are other names for it, in small letters with hyphens; `class_names` are in the order of the
    labels; `shape` is that of one sample [height, width, channels] in its files, None where it varies;
    `source` says who publishes it, `published` which files can be downloaded. Where the files lie in several
    places, the first of `places` where none lacks counts.
    """

    id: str
    title: str
    class_names: tuple[str, ...]
    shape: SampleShape | None
    places: tuple[Place, ...]
    source: str
    aliases: tuple[str, ...] = ()
    published: tuple[PublishedFile, ...] = ()

    def answers_to(self, name: str) -> bool:
        """Whether this is its name; capitals and underscores make no difference."""
        return name.lower().replace("_", "-") in (self.id, *self.aliases)

    @property
    def download_bytes(self) -> int:
        """What has to be downloaded."""
        return sum(file.wanted.size_bytes or 0 for file in self.published)

    def place_in(self, root: Path) -> Path | None:
        """Where the set is read from in the data folder `root`; None where it is not there."""
        place = self._found_in(root)
        return None if place is None else root / place.path

    def is_in(self, root: Path) -> bool:
        """Whether the set is in the data folder `root`, with all that a download would bring."""
        place = self._found_in(root)
        if place is None:
            return False
        return place.format.is_whole_at(root / place.path) or all(file.is_in(root) for file in self.published)

    def _found_in(self, root: Path) -> Place | None:
        """The first place with all files, else the first with some, as a download that broke off leaves."""
        found = [place for place in self.places if place.format.is_at(root / place.path)]
        whole = (place for place in found if place.format.is_whole_at(root / place.path))
        return next(whole, found[0] if found else None)

    def read(self, root: Path, request: Request) -> RawData:
        """The set from the data folder `root`. Raises ThimbleError ``missing-file`` or ``bad-data``."""
        found = self._found_in(root)
        if found is not None:
            return found.format.read(root / found.path, self, request)
        ways = "; or ".join(place.format.wanted(Path(place.path)) for place in self.places if place.is_told)
        raise ThimbleError(
            "missing-file",
            f"the files of {self.title} are not in the data folder {root}",
            f"`thimble data get {self.id}` downloads them ({self.download_bytes / 1e6:,.0f} MB); or put there"
            f" {ways}. They come from {self.source}. The environment variable THIMBLE_DATA names another data"
            " folder",
        )
