"""Every table of a sweep; a new one is a file and a line here."""

from __future__ import annotations

from core.errors import ThimbleError
from core.sweep.tables.accuracy_size import AccuracySize
from core.sweep.tables.base import SweepTable
from core.sweep.tables.boards import Boards
from core.sweep.tables.compressed import Compressed
from core.sweep.tables.formats import Formats
from core.sweep.tables.sizes import Sizes
from core.sweep.tables.stages import Stages

TABLES: dict[str, SweepTable] = {
    "accuracy-size": AccuracySize(),
    "boards": Boards(),
    "formats": Formats(),
    "sizes": Sizes(),
    "stages": Stages(),
    "compressed": Compressed(),
}


def find_table(kind: str) -> SweepTable:
    """The table of this id. Raises ThimbleError ``unknown-table`` with those that exist."""
    if kind not in TABLES:
        known = ", ".join(TABLES)
        raise ThimbleError("unknown-table", f"there is no table {kind!r}", f"use one of these: {known}")
    return TABLES[kind]
