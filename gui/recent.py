"""Recently opened models and runs, kept in the settings."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal

_KEY = "recent"
_KEPT = 10


class Recent(QObject):
    """The newest first; what is not there any more is left out."""

    changed = Signal()

    def __init__(self, settings: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings

    def paths(self) -> list[Path]:
        stored = self._settings.value(_KEY) or []
        stored = [stored] if isinstance(stored, str) else stored  # an INI file has no lists of one
        return [path for path in map(Path, stored) if path.exists()]

    def add(self, path: Path) -> None:
        path = path.absolute()
        others = [other for other in self.paths() if other != path]
        self._settings.setValue(_KEY, [str(p) for p in (path, *others)[:_KEPT]])
        self.changed.emit()

    def clear(self) -> None:
        self._settings.remove(_KEY)
        self.changed.emit()
