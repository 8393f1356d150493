"""Light and dark: the Fusion style with two palettes that follow the system, and the plots' colours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from core.paths import resources_dir


class Appearance(Enum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Colours:
    """Named by what they say. Text on them keeps a contrast of at least 4.5 to 1. `check` is an icon."""

    window: str
    card: str
    base: str
    alternate: str
    text: str
    muted: str
    line: str
    button: str
    accent: str
    on_accent: str
    link: str
    good: str
    warning: str
    bad: str
    info_back: str
    warning_back: str
    error_back: str
    success_back: str
    series: tuple[str, str, str, str]
    check: str


LIGHT = Colours(
    window="#f5f6f8", card="#ffffff", base="#ffffff", alternate="#eef0f4", text="#1b1f27", muted="#5a6273",
    line="#ccd1db", button="#ffffff", accent="#1f5fbf", on_accent="#ffffff", link="#1f5fbf",
    good="#1d7a45", warning="#8a5a00", bad="#b3261e", info_back="#e3edfb", warning_back="#fdf1d6",
    error_back="#fbe4e2", success_back="#e0f3e7", series=("#1f5fbf", "#c2571a", "#1d7a45", "#7d3fb2"),
    check="check-light.svg",
)  # fmt: skip
DARK = Colours(
    window="#2a2e37", card="#242831", base="#1c1f26", alternate="#232730", text="#e8eaef", muted="#a3abbb",
    line="#515a6b", button="#363c48", accent="#5b9bf5", on_accent="#0d1420", link="#8ab8ff",
    good="#6ccf94", warning="#f0bf5a", bad="#ff8a80", info_back="#1f3048", warning_back="#3d3117",
    error_back="#482624", success_back="#1d3b29", series=("#6aa8ff", "#f0975a", "#6ccf94", "#c79bf2"),
    check="check-dark.svg",
)  # fmt: skip


class Theme(QObject):
    """Applies the palette to the application and tells when it changes."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._appearance = Appearance.SYSTEM
        app.setStyle(QStyleFactory.create("Fusion"))
        app.styleHints().colorSchemeChanged.connect(lambda scheme: self._apply())
        self._apply()

    @property
    def appearance(self) -> Appearance:
        return self._appearance

    @property
    def dark(self) -> bool:
        if self._appearance is not Appearance.SYSTEM:
            return self._appearance is Appearance.DARK
        return self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark

    @property
    def colours(self) -> Colours:
        return DARK if self.dark else LIGHT

    def set_appearance(self, appearance: Appearance) -> None:
        self._appearance = appearance
        self._apply()

    def _apply(self) -> None:
        self._app.setPalette(_palette(self.colours))
        self._app.setStyleSheet(_style_sheet(self.colours))
        self.changed.emit()


def theme() -> Theme:
    """The theme of the running application, made when it is first asked for."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)  # noqa: S101 - widgets exist only with an application
    found = app.findChild(Theme)
    return found if found is not None else Theme(app)


def _palette(c: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for name, colour in (
        (role.Window, c.window), (role.Base, c.base), (role.AlternateBase, c.alternate),
        (role.Button, c.button), (role.WindowText, c.text), (role.Text, c.text),
        (role.ButtonText, c.text), (role.ToolTipBase, c.base), (role.ToolTipText, c.text),
        (role.PlaceholderText, c.muted), (role.Highlight, c.accent), (role.Accent, c.accent),
        (role.HighlightedText, c.on_accent), (role.Link, c.link), (role.LinkVisited, c.link),
        (role.BrightText, c.bad),
    ):  # fmt: skip
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        disabled = QColor(c.muted)
        disabled.setAlphaF(0.65)
        palette.setColor(QPalette.ColorGroup.Disabled, name, disabled)
    return palette


def _style_sheet(c: Colours) -> str:
    """Only what Fusion does not do by itself: the side bar, cards, primary buttons, what can be ticked."""
    check = (resources_dir() / "icons" / c.check).as_posix()
    return f"""
    #sideBar {{ background: {c.alternate}; border-right: 1px solid {c.line}; }}
    #sideBar QPushButton {{ text-align: left; border: none; border-left: 3px solid transparent;
        padding: 8px 10px; color: {c.text}; background: transparent; }}
    #sideBar QPushButton:hover:enabled {{ background: {c.base}; }}
    #sideBar QPushButton:focus {{ border-left: 3px solid {c.muted}; background: {c.base}; }}
    #sideBar QPushButton:checked {{ border-left: 3px solid {c.accent}; background: {c.base};
        font-weight: 600; }}
    #sideBar QPushButton:disabled {{ color: {c.muted}; }}
    QPushButton[primary="true"] {{ background: {c.accent}; color: {c.on_accent}; border: none;
        border-radius: 4px; padding: 8px 20px; font-weight: 600; }}
    QPushButton[primary="true"]:focus {{ border: 2px solid {c.text}; padding: 6px 18px; }}
    QPushButton[primary="true"]:disabled {{ background: {c.line}; color: {c.muted}; }}
    QFrame[card="true"] {{ background: {c.card}; border: 1px solid {c.line}; border-radius: 6px; }}
    QLineEdit[frame="true"] {{ border: 1px solid {c.line}; border-radius: 3px; padding: 3px 5px;
        background: {c.base}; }}
    QLineEdit[frame="true"]:focus {{ border-color: {c.accent}; }}
    QLineEdit[readOnly="true"] {{ border: none; background: transparent; padding-left: 0; }}
    QRadioButton::indicator {{ width: 13px; height: 13px; border: 1px solid {c.muted};
        border-radius: 7px; background: {c.base}; }}
    QRadioButton::indicator:checked {{ border-color: {c.accent}; background: qradialgradient(cx: 0.5,
        cy: 0.5, radius: 0.5, fx: 0.5, fy: 0.5, stop: 0 {c.accent}, stop: 0.55 {c.accent},
        stop: 0.65 {c.base}, stop: 1 {c.base}); }}
    QRadioButton:focus {{ text-decoration: underline; }}
    QCheckBox::indicator {{ width: 13px; height: 13px; border: 1px solid {c.muted}; border-radius: 2px;
        background: {c.base}; }}
    QCheckBox::indicator:checked {{ border-color: {c.accent}; background: {c.accent}; image: url({check}); }}
    QCheckBox::indicator:disabled {{ border-color: {c.line}; }}
    QCheckBox::indicator:checked:disabled {{ background: {c.muted}; border-color: {c.muted}; }}
    QCheckBox:focus {{ text-decoration: underline; }}
    QLabel[muted="true"] {{ color: {c.muted}; }}
    QLabel[bad="true"] {{ color: {c.bad}; }}
    QLabel[good="true"] {{ color: {c.good}; }}
    #footer {{ border-top: 1px solid {c.line}; }}
    """
