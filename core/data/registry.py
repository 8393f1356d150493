"""Every data source; a new one is a file and a line here."""

from __future__ import annotations

from pathlib import Path

from core.data.dataset import DataSet
from core.data.digits import Digits
from core.data.folder import Folder
from core.data.known.source import KnownSets
from core.data.npz import Npz
from core.data.source import DataSource, SampleShape
from core.errors import ThimbleError

SOURCES: tuple[DataSource, ...] = (Digits(), KnownSets(), Npz(), Folder())


def load_data(name_or_path: str | Path, shape: SampleShape | None = None) -> DataSet:
    """The data set of a name (`digits`, `mnist`) or a path (`.npz`, or a folder with one subfolder a class).

    `shape` is that of one sample, as the model wants it; pictures are resized to it. Raises
    ThimbleError ``missing-file``, ``bad-data`` or ``data-does-not-fit``.
    """
    text = str(name_or_path)
    for source in SOURCES:
        if source.accepts(text):
            return source.load(text, shape)
    known = "; ".join(f"{source.id}: {source.about}" for source in SOURCES)
    if Path(text).exists():
        raise ThimbleError("bad-data", f"{text} is not a kind of data that can be read", f"there is {known}")
    raise ThimbleError("missing-file", f"there is no data {text}", f"there is {known}")
