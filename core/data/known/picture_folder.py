"""Sets that are folders of pictures, one subfolder per class."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from core.data.folder import Folder
from core.data.known.known_set import KnownSet
from core.data.raw import RawData
from core.data.source import Request
from core.errors import ThimbleError


@dataclass(frozen=True, slots=True)
class PictureFolder:
    """Subfolders `classes`, in alphabetical order, read, resized and split as any folder of pictures is."""

    classes: tuple[str, ...]

    def is_at(self, path: Path) -> bool:
        return path.is_dir()

    def wanted(self, path: Path) -> str:
        return f"the folder {path} with the subfolders {', '.join(self.classes)}"

    def read(self, path: Path, known: KnownSet, request: Request) -> RawData:
        there = sorted(p.name for p in path.iterdir() if p.is_dir() and not p.name.startswith("."))
        # `train` and `validation` beside each other would otherwise be taken for classes.
        if [name.lower() for name in there] != [name.lower() for name in self.classes]:
            raise ThimbleError(
                "bad-data",
                f"{path} has the subfolders {', '.join(there) or 'none'}",
                f"{known.title} has {', '.join(self.classes)}; another set of pictures is given by its path",
            )
        return replace(Folder().read(str(path), request), name=known.id, class_names=known.class_names)
