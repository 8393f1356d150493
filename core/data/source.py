"""What a data source is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from core.data.raw import RawData
from core.data.samples import Watch
from core.recipe import DataOptions

#: Shape of one sample without the batch; of an image: height, width and channels.
SampleShape = tuple[int, ...]


def nobody_watches(done: int, total: int) -> None:
    """The `Watch` of those who do not want to know."""


@dataclass(frozen=True, slots=True)
class Request:
    """How data are wanted: `shape` is that of one sample as the model wants it, for sources that can resize.

    `watch` is called while a source reads what takes long.
    """

    shape: SampleShape | None = None
    options: DataOptions = field(default_factory=DataOptions)
    watch: Watch = nobody_watches


class DataSource(Protocol):
    """One kind of data: says which names or paths are its own, and reads them."""

    id: str
    about: str

    def accepts(self, name_or_path: str) -> bool: ...

    def read(self, name_or_path: str, request: Request) -> RawData:
        """Its samples as they lie there, in memory or read when they are needed. Raises ThimbleError."""
        ...
