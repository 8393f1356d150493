"""A message where the user acted: what happened, the next step, and details when there are some."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from core.jobs.events import Failed
from gui.theme import Colours, theme
from gui.words import failure_text, tr


class BannerKind(Enum):
    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


_SIGNS = {BannerKind.INFO: "ℹ", BannerKind.SUCCESS: "✓", BannerKind.WARNING: "⚠", BannerKind.ERROR: "✗"}


class Banner(QFrame):
    """Hidden until `show_message` or `show_failure`."""

    details_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._kind = BannerKind.INFO
        self._details = ""
        self._sign = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._more = QPushButton(tr("Details…"))
        self._more.clicked.connect(lambda: self.details_wanted.emit(self._details))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(10)
        layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._more, 0, Qt.AlignmentFlag.AlignTop)
        theme().changed.connect(self._colour)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    @property
    def kind(self) -> BannerKind:
        return self._kind

    def show_message(self, kind: BannerKind, text: str, details: str = "") -> None:
        self._kind, self._details = kind, details
        self._sign.setText(_SIGNS[kind])
        self._text.setText(text)
        self._more.setVisible(bool(details))
        self.setAccessibleName(text)
        self._colour()
        self.show()

    def show_failure(self, failed: Failed) -> None:
        """The words of a failure; details only where the words are not enough."""
        what, hint = failure_text(failed)
        self.show_message(
            BannerKind.ERROR, f"{what}\n{hint}".strip(), "" if failed.expected else failed.details
        )

    def clear(self) -> None:
        self._text.clear()
        self.hide()

    def minimumSizeHint(self) -> QSize:
        return QSize(120, super().minimumSizeHint().height())

    def _colour(self) -> None:
        colours = theme().colours
        back, line = _pair(self._kind, colours)
        self.setStyleSheet(
            f"#banner {{ background: {back}; border: 1px solid {line}; border-radius: 6px; }}"
            f"#banner QLabel {{ color: {colours.text}; background: transparent; }}"
        )
        self._sign.setStyleSheet(f"color: {line}; font-weight: 700;")


def _pair(kind: BannerKind, colours: Colours) -> tuple[str, str]:
    return {
        BannerKind.INFO: (colours.info_back, colours.accent),
        BannerKind.SUCCESS: (colours.success_back, colours.good),
        BannerKind.WARNING: (colours.warning_back, colours.warning),
        BannerKind.ERROR: (colours.error_back, colours.bad),
    }[kind]
