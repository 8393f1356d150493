"""What a data source is."""

from __future__ import annotations

from typing import Protocol

from core.data.dataset import DataSet

#: Shape of one sample without the batch; of an image: height, width and channels.
SampleShape = tuple[int, ...]


class DataSource(Protocol):
    """One kind of data: says which names or paths are its own, and loads them."""

    id: str
    about: str

    def accepts(self, name_or_path: str) -> bool: ...

    def load(self, name_or_path: str, shape: SampleShape | None) -> DataSet:
        """Load it; `shape` is what the model wants, for sources that can resize. Raises ThimbleError."""
        ...
