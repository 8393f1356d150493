"""The known data sets as one data source."""

from __future__ import annotations

from core.data.known.known_set import KnownSet
from core.data.known.sets import KNOWN_SETS
from core.data.raw import RawData
from core.data.source import Request
from core.errors import ThimbleError
from core.paths import datasets_dir


class KnownSets:
    """`mnist`, `cifar10` and so on, from the local data folder.

    The name wins over a folder of the same name in the working directory: that one is given as a path.
    """

    id = "a known set"
    about = f"{', '.join(known.id for known in KNOWN_SETS)}, from the data folder (THIMBLE_DATA)"

    def accepts(self, name_or_path: str) -> bool:
        return known_set(name_or_path) is not None

    def read(self, name_or_path: str, request: Request) -> RawData:
        known = known_set(name_or_path)
        if known is None:
            raise ValueError(f"{name_or_path} is not a known data set: ask `accepts` first")
        return known.read(datasets_dir(), request)


def known_set(name: str) -> KnownSet | None:
    """The set of this name, or None."""
    return next((known for known in KNOWN_SETS if known.answers_to(name)), None)


def require_known_set(name: str) -> KnownSet:
    """The set of this name. Raises ThimbleError ``unknown-data``."""
    known = known_set(name)
    if known is None:
        raise ThimbleError(
            "unknown-data",
            f"there is no known data set {name!r}" if name else "it is not said which data set",
            f"there are {', '.join(known.id for known in KNOWN_SETS)}",
        )
    return known


def sets_at_hand() -> tuple[KnownSet, ...]:
    """The known sets that are in the data folder; none where it cannot be read.

    This is for offering them: `read` says what is wrong with the folder.
    """
    try:
        root = datasets_dir()
    except ThimbleError:
        return ()
    return tuple(known for known in KNOWN_SETS if known.is_in(root))
