"""Every data source; a new one is a file and a line here."""

from __future__ import annotations

from pathlib import Path

from core.data.dataset import DataSet
from core.data.digits import Digits
from core.data.folder import Folder
from core.data.npz import Npz
from core.data.source import DataSource, SampleShape
from core.errors import ThimbleError

SOURCES: tuple[DataSource, ...] = (Digits(), Npz(), Folder())

#: Sets that the command line will know by name.
_LATER = (
    "mnist", "fashion_mnist", "cifar10", "svhn", "svhn_cropped",
    "horses_or_humans", "cats_vs_dogs", "tf_flowers", "flowers",
)  # fmt: skip


def load_data(name_or_path: str | Path, shape: SampleShape | None = None) -> DataSet:
    """The data set of a name (`digits`) or a path (`.npz`, or a folder with one subfolder per class).

    `shape` is that of one sample, as the model wants it; pictures are resized to it. Raises
    ThimbleError ``missing-file``, ``bad-data``, ``data-does-not-fit`` or ``not-there-yet``.
    """
    text = str(name_or_path)
    for source in SOURCES:
        if source.accepts(text):
            return source.load(text, shape)
    known = "; ".join(f"{source.id}: {source.about}" for source in SOURCES)
    if text.lower().replace("-", "_") in _LATER:
        raise ThimbleError("not-there-yet", f"the data set {text} is not there yet", f"there is {known}")
    if Path(text).exists():
        raise ThimbleError("bad-data", f"{text} is not a kind of data that can be read", f"there is {known}")
    raise ThimbleError("missing-file", f"there is no data {text}", f"there is {known}")
