"""Sets that are folders of pictures, one subfolder per class."""

from __future__ import annotations

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
        return path.is_dir()

    def wanted(self, path: Path) -> str:
        return f"the folder {path} with the subfolders {', '.join(self.classes)}"

    def read(self, path: Path, known: KnownSet, request: Request) -> RawData:
        for part in given_split(path) or (path,):
            self._check(part, known)
        return replace(Folder().read(str(path), request), name=known.id, class_names=known.class_names)

    def _check(self, path: Path, known: KnownSet) -> None:
        there = [folder.name for folder in subfolders(path)]
        # Other folders would otherwise be taken for classes.
        if [name.lower() for name in there] != [name.lower() for name in self.classes]:
            raise ThimbleError(
                "bad-data",
                f"{path} has the subfolders {', '.join(there) or 'none'}",
                f"{known.title} has {', '.join(self.classes)}; another set of pictures is given by its path",
            )
