"""What the window uses of the core, in one value, so that tests can put others in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QSettings, QStandardPaths

from core.boards.identify import identify
from core.boards.names import name_board
from core.boards.usb_ports import UsbBoard, find_usb_boards
from core.flow.draft_file import draft_path
from core.jobs.events import Event
from core.jobs.host import start_job
from core.paths import resources_dir
from core.presets import all_presets
from core.preview import Preview, preview
from core.recipe import Cluster, Prune, Quantize, Recipe


class Job(Protocol):
    """What the window needs of a running job (`core.jobs.host.JobHandle`)."""

    def cancel(self, grace_s: float = 5.0) -> None: ...


PreviewFunction = Callable[[Path, Prune | None, Quantize, str, Cluster | None], Preview]
StartJob = Callable[[str, dict[str, Any], Callable[[Event], None]], Job]


@dataclass(frozen=True, slots=True)
class Services:
    """`projects` is where results go unless the user chooses another folder; the file `draft` keeps unsaved
    choices."""

    settings: QSettings
    projects: Path
    draft: Path
    presets: dict[str, Recipe]
    preview: PreviewFunction
    start_job: StartJob = start_job
    usb_boards: Callable[[], tuple[UsbBoard, ...]] = find_usb_boards
    identify: Callable[[UsbBoard], None] = identify
    name_board: Callable[[str, str], None] = name_board
    example: Path = resources_dir() / "models" / "lenet-digits.keras"


def real_services() -> Services:
    """The services of the program itself."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Services(
        settings=QSettings("Thimble", "Thimble"),
        projects=Path(documents or Path.home()) / "Thimble",
        draft=draft_path(),
        presets=all_presets(),
        preview=preview,
    )
