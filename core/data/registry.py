"""Every data source; a new one is a file and a line here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.data.dataset import DataSet
from core.data.digits import Digits
from core.data.folder import Folder
from core.data.known.source import KnownSets
from core.data.npz import Npz
from core.data.raw import dataset_of
from core.data.samples import Watch
from core.data.scaling import Normalization
from core.data.series.source import CsvSeries
from core.data.source import DataSource, Request, SampleShape, nobody_watches
from core.data.tfds.source import TfdsFolder
from core.errors import ThimbleError
from core.recipe import DataOptions

SOURCES: tuple[DataSource, ...] = (Digits(), KnownSets(), Npz(), TfdsFolder(), CsvSeries(), Folder())


def load_data(
    name_or_path: str | Path,
    shape: SampleShape | None = None,
    options: DataOptions | None = None,
    fixed: Normalization | None = None,
    watch: Watch = nobody_watches,
) -> DataSet:
    """The data set of a name (`digits`, `mnist`) or a path (`.npz`, `.csv`, a folder by class).

    `shape` is that of one sample, as the model wants it; pictures are resized to it. `fixed` is the
    normalization that the model was made with, where it is known; a scaling in `options` goes before it.
    `watch` is called with what is done and the whole while data are read. Raises
    ThimbleError ``missing-file``, ``bad-data``, ``unknown-range`` or ``data-does-not-fit``.
    """
    text, options = str(name_or_path), options or DataOptions()
    for source in SOURCES:
        if source.accepts(text):
            raw = source.read(text, Request(shape, options, watch))
            return replace(dataset_of(raw, options, fixed, watch), source=text)
    known = "; ".join(f"{source.id}: {source.about}" for source in SOURCES)
    if Path(text).exists():
        raise ThimbleError("bad-data", f"{text} is not a kind of data that can be read", f"there is {known}")
    raise ThimbleError("missing-file", f"there is no data {text}", f"there is {known}")
