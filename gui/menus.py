"""The menus and their shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QAction, QActionGroup, QDesktopServices, QKeySequence

from core.paths import resources_dir
from gui.about import show_about
from gui.side_bar import Place
from gui.theme import Appearance, theme
from gui.words import tr

if TYPE_CHECKING:
    from gui.main_window import MainWindow

_APPEARANCE = "window/appearance"
_GUIDE = resources_dir().parent / "docs" / "user-guide.md"


class Menus(QObject):
    """File, Edit, View, Help."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._make_file()
        self._make_edit()
        self._make_view()
        self._make_help()

    def show_state(self) -> None:
        """Enable what can be done now."""
        flow = self._window.wizard.flow
        busy = self._window.run.bridge.running
        self.undo.setEnabled(flow.can_undo and not busy)
        self.redo.setEnabled(flow.can_redo and not busy)
        has_run = self._window.deploy.run is not None and self._window.deploy.run.run is not None
        self.pdf.setEnabled(has_run)
        self.csv.setEnabled(has_run)

    def _make_file(self) -> None:
        window = self._window
        menu = window.menuBar().addMenu(tr("&File"))
        keys = QKeySequence.StandardKey
        self.open = self._action(menu, tr("&Open a model…"), window.start.choose_model, keys.Open)
        self.open_run = self._action(
            menu, tr("Open &results…"), window.start.choose_run, QKeySequence("Ctrl+Shift+O")
        )
        self.example = self._action(
            menu, tr("Try the &example"), window.start.open_example, QKeySequence("Ctrl+E")
        )
        self.recent = menu.addMenu(tr("Open &recent"))
        self.recent.aboutToShow.connect(self._show_recent)
        menu.addSeparator()
        self.pdf = self._action(
            menu, tr("Export &PDF…"), window.deploy.view.export.pdf.click, QKeySequence("Ctrl+P")
        )
        self.csv = self._action(menu, tr("Export &CSV…"), window.deploy.view.export.csv.click)
        menu.addSeparator()
        self.quit = self._action(menu, tr("&Quit"), window.close, QKeySequence("Ctrl+Q"))

    def _make_edit(self) -> None:
        flow = self._window.wizard.flow
        menu = self._window.menuBar().addMenu(tr("&Edit"))
        keys = QKeySequence.StandardKey
        self.undo = self._action(menu, tr("&Undo"), flow.undo, keys.Undo)
        self.redo = self._action(menu, tr("&Redo"), flow.redo, keys.Redo)

    def _make_view(self) -> None:
        menu = self._window.menuBar().addMenu(tr("&View"))
        appearance = menu.addMenu(tr("&Appearance"))
        group = QActionGroup(self)
        words = {
            Appearance.SYSTEM: tr("Like the &system"),
            Appearance.LIGHT: tr("&Light"),
            Appearance.DARK: tr("&Dark"),
        }
        for value, text in words.items():
            action = self._action(appearance, text, lambda value=value: self._set_appearance(value))
            action.setCheckable(True)
            action.setChecked(value is theme().appearance)
            group.addAction(action)
        menu.addSeparator()
        for number, place in enumerate(Place, start=1):
            text = self._window.side_bar.buttons[place].accessibleName()
            go = lambda place=place: self._window.go(place)  # noqa: E731
            keys = QKeySequence(f"Alt+{number % 10}") if number <= 10 else None
            self._action(menu, text, go, keys)

    def _make_help(self) -> None:
        menu = self._window.menuBar().addMenu(tr("&Help"))
        self.guide = self._action(menu, tr("User &guide"), _open_guide, QKeySequence("F1"))
        self.guide.setEnabled(_GUIDE.is_file())
        self.about = self._action(menu, tr("&About Thimble"), lambda: show_about(self._window))

    def _action(self, menu: object, text: str, slot: Callable[[], object], keys: object = None) -> QAction:
        action = QAction(text, self)
        if keys is not None:
            action.setShortcut(keys)  # type: ignore[call-overload]
        action.triggered.connect(lambda checked=False: slot())
        menu.addAction(action)  # type: ignore[attr-defined]
        return action

    def _set_appearance(self, appearance: Appearance) -> None:
        theme().set_appearance(appearance)
        self._window._services.settings.setValue(_APPEARANCE, appearance.value)

    def _show_recent(self) -> None:
        self.recent.clear()
        for path in self._window.recent.paths():
            self._action(self.recent, str(path), lambda path=path: self._window.start.open_path(path))
        self.recent.addSeparator()
        self._action(self.recent, tr("&Clear this list"), self._window.recent.clear)


def stored_appearance(settings: object) -> Appearance:
    """What the user chose in the View menu; the system's when nothing is stored."""
    value = settings.value(_APPEARANCE)  # type: ignore[attr-defined]
    known = {appearance.value: appearance for appearance in Appearance}
    return known.get(str(value), Appearance.SYSTEM)


def _open_guide() -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(_GUIDE)))
