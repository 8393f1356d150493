"""How a board gets its program the first time, with a picture of which button to press."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtSvgWidgets import QSvgWidget
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from codegen.targets.board import Board
from core.paths import resources_dir
from gui.widgets.expander import Expander
from gui.widgets.labels import explanation, heading
from gui.words import tr

_PICTURE = QSize(490, 175)


@dataclass(frozen=True, slots=True)
class BootHelp:
    """`picture` is a file of resources/pictures; `steps` what to do; `library`, where there is another
    way, says why it is the better one. In functions, because the words depend on the user's language."""

    title: Callable[[], str]
    picture: str
    steps: Callable[[], str]
    library: Callable[[], str] | None = None


def _pico_steps() -> str:
    return tr(
        "The first time, or when another program does not let go of the board: unplug it, hold its button "
        "BOOTSEL down, plug it in, let go. It appears above as a drive. Later Thimble restarts it by itself."
    )


def _nano_steps() -> str:
    return tr(
        "Deploy sends Thimble's own program through the board's bootloader. Nobody has tried it on a real "
        "board yet. When the board does not restart by itself, press its button twice, quickly; it appears "
        "above anew. To bring back what was on it, upload that again from the Arduino IDE."
    )


def _nano_library() -> str:
    return tr(
        "Recommended until somebody has tried Deploy on this board: the Arduino library. Export it, then in "
        "the Arduino IDE: Sketch, Include Library, Add .ZIP Library (of the folder, packed); open its "
        "example; choose the board; Upload."
    )


#: By the board's `flasher`.
HELP: Mapping[str, BootHelp] = MappingProxyType(
    {
        "uf2": BootHelp(lambda: tr("The button of the Pico"), "pico-bootsel.svg", _pico_steps),
        "arduino-bootloader": BootHelp(
            lambda: tr("Two ways onto this board, and its button"),
            "nano-double-tap.svg",
            _nano_steps,
            _nano_library,
        ),
    }
)


class BoardHelp(QWidget):
    """Shown for boards that need hands; closed at first."""

    library_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.expander: Expander | None = None
        self.library: QPushButton | None = None
        self._shown: BootHelp | None = None
        self.hide()

    def show_for(self, board: Board) -> None:
        found = HELP.get(board.flasher)
        if found is self._shown:
            return
        self._shown = found
        self.setVisible(found is not None)
        if self.expander is not None:
            self._layout.removeWidget(self.expander)
            self.expander.deleteLater()
            self.expander = self.library = None
        if found is not None:
            self.expander = Expander(found.title(), self._content(found))
            self._layout.addWidget(self.expander)

    def _content(self, found: BootHelp) -> QWidget:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(22, 4, 0, 4)
        if found.library is not None:
            layout.addWidget(heading(tr("1. The Arduino library")))
            layout.addWidget(explanation(found.library()))
            self.library = QPushButton(tr("Export the Arduino library…"))
            self.library.clicked.connect(self.library_wanted)
            layout.addWidget(self.library, 0, Qt.AlignmentFlag.AlignLeft)
            layout.addWidget(heading(tr("2. Deploy")))
        layout.addWidget(explanation(found.steps()))
        picture = QSvgWidget(str(resources_dir() / "pictures" / found.picture))
        picture.setFixedSize(_PICTURE)
        picture.setAccessibleName(found.steps())
        layout.addWidget(picture)
        return content
