"""Sets that are folders of pictures, one subfolder per class."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from core.data.folder import Folder, given_split, subfolders
from core.data.known.known_set import KnownSet
from core.data.raw import RawData
from core.data.source import Request
from core.errors import ThimbleError


@dataclass(frozen=True, slots=True)
class PictureFolder:
    """Subfolders `classes`, in alphabetical order, or such ones in folders for training and testing.

    They are read, resized and split as any folder of pictures is.
    """

    classes: tuple[str, ...]

    def is_at(self, path: Path) -> bool:
        with suppress(ThimbleError):  # reading it tells what is wrong
            return path.is_dir() and bool(subfolders(path))
        return True

    def is_whole_at(self, path: Path) -> bool:
        with suppress(ThimbleError):
            return path.is_dir() and all(self._has_classes(part) for part in given_split(path) or (path,))
        return True

    def wanted(self, path: Path) -> str:
        return f"the folder {path} with the subfolders {', '.join(self.classes)}"

    def read(self, path: Path, known: KnownSet, request: Request) -> RawData:
        for part in given_split(path) or (path,):
            self._check(part, known)
        return replace(Folder().read(str(path), request), name=known.id, class_names=known.class_names)

    def _check(self, path: Path, known: KnownSet) -> None:
        # Other folders would otherwise be taken for classes.
        if not self._has_classes(path):
            there = [folder.name for folder in subfolders(path)]
            raise ThimbleError(
                "bad-data",
                f"{path} has the subfolders {', '.join(there) or 'none'}",
                f"{known.title} has {', '.join(self.classes)}; another set of pictures is given by its path",
            )

    def _has_classes(self, path: Path) -> bool:
        return [folder.name.lower() for folder in subfolders(path)] == [name.lower() for name in self.classes]
