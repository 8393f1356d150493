"""The recipe as a whole: in sentences and as TOML, from a preset or a file, to a file or the clipboard."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.errors import ThimbleError
from core.recipe_toml import read_recipe, recipe_to_text, write_recipe
from core.report.recipe_words import sentences
from gui.widgets.banner import Banner, BannerKind
from gui.widgets.expander import Expander
from gui.widgets.labels import heading
from gui.widgets.spin_boxes import WholeBox
from gui.wizards.compress.session import CompressSession
from gui.words import error_as_failed, tr

_HIGHEST_SEED = 2_147_483_647


class RecipeCard(QFrame):
    """Shows the recipe of the flow and puts another one in its place; messages go to the page's banner."""

    def __init__(self, session: CompressSession, banner: Banner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._session, self._flow, self._banner = session, session.flow, banner
        self.words = QLabel()
        self.words.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(8)
        layout.addWidget(heading(tr("The recipe")))
        layout.addLayout(self._name_row())
        layout.addWidget(self.words)
        layout.addLayout(self._buttons())
        self.toml = QPlainTextEdit()
        self.toml.setReadOnly(True)
        self.toml.setTabChangesFocus(True)
        self.toml.setAccessibleName(tr("The recipe as a file"))
        self.toml.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.toml.setFixedHeight(260)
        layout.addWidget(Expander(tr("As a file (TOML), name and seed"), self._details()))
        session.changed.connect(self._show_recipe)
        self._show_recipe()

    def _name_row(self) -> QFormLayout:
        self.preset = QPushButton(tr("Start from a &preset"))
        self.preset.setToolTip(tr("Takes the place of everything chosen so far; Ctrl+Z brings it back."))
        self.preset.setMenu(self._presets_menu())
        self.open = QPushButton(tr("&Open a recipe…"))
        self.open.clicked.connect(self.choose_recipe)
        row = QHBoxLayout()
        row.addWidget(self.preset)
        row.addWidget(self.open)
        row.addStretch(1)
        form = QFormLayout()
        form.addRow(row)
        return form

    def _presets_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for recipe in self._flow.presets.values():
            action = menu.addAction(recipe.name)
            action.setToolTip(" ".join(recipe.description.split()))
            action.triggered.connect(lambda _=False, chosen=recipe: self._flow.use_recipe(chosen))
        return menu

    def _buttons(self) -> QHBoxLayout:
        self.save = QPushButton(tr("&Save the recipe…"))
        self.save.setToolTip(tr("The same steps can be repeated with: thimble compress --recipe"))
        self.save.clicked.connect(self.choose_place)
        self.copy = QPushButton(tr("&Copy as text"))
        self.copy.clicked.connect(self._copy)
        row = QHBoxLayout()
        row.addWidget(self.save)
        row.addWidget(self.copy)
        row.addStretch(1)
        return row

    def _details(self) -> QWidget:
        self.name = QLineEdit()
        self.about = QLineEdit()
        self.seed = WholeBox()
        self.seed.setRange(0, _HIGHEST_SEED)
        self.seed.setToolTip(tr("The same seed gives the same random numbers, and so the same network."))
        name, about, seed = QLabel(tr("&Name:")), QLabel(tr("&Description:")), QLabel(tr("Seed of &chance:"))
        details = QWidget()
        form = QFormLayout(details)
        for label, control in ((name, self.name), (about, self.about), (seed, self.seed)):
            label.setBuddy(control)
            form.addRow(label, control)
        form.addRow(self.toml)
        flow = self._flow
        self.name.textEdited.connect(self._rename)
        self.about.textEdited.connect(lambda text: flow.describe_recipe(description=text))
        self.seed.valueChanged.connect(lambda seed: flow.describe_recipe(seed=seed))
        for control in (self.name, self.about, self.seed):
            control.editingFinished.connect(flow.end_edit)
        return details

    def choose_recipe(self) -> None:
        """Ask for a file and take its recipe."""
        start = str(self._session.services.projects)
        path, _ = QFileDialog.getOpenFileName(self, tr("Open a recipe"), start, tr("Recipes (*.toml)"))
        if path:
            self.open_recipe(Path(path))

    def open_recipe(self, path: Path) -> None:
        """Take the recipe of a file; say what is wrong with it where it stands."""
        try:
            recipe = read_recipe(path)
        except ThimbleError as error:
            self._banner.show_failure(error_as_failed(error))
            return
        self._flow.use_recipe(recipe)
        words = tr("The recipe “{name}” takes the place of what was chosen. Ctrl+Z brings that back.")
        self._banner.show_message(BannerKind.SUCCESS, words.format(name=recipe.name))

    def choose_place(self) -> None:
        """Ask where the recipe shall be saved, and save it."""
        start = str(self._session.services.projects / "recipe.toml")
        path, _ = QFileDialog.getSaveFileName(self, tr("Save the recipe"), start, tr("Recipes (*.toml)"))
        if path:
            self.save_recipe(Path(path))

    def save_recipe(self, path: Path) -> None:
        """Write the recipe; say where it is, or why not."""
        path = path if path.suffix else path.with_suffix(".toml")
        try:
            write_recipe(self._flow.recipe, path)
        except ThimbleError as error:
            self._banner.show_failure(error_as_failed(error))
        else:
            words = tr("The recipe is saved: {path}").format(path=path)
            self._banner.show_message(BannerKind.SUCCESS, words)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(recipe_to_text(self._flow.recipe))
        self._banner.show_message(BannerKind.SUCCESS, tr("The recipe is in the clipboard."))

    @Slot(str)
    def _rename(self, text: str) -> None:
        if text.strip():  # a recipe without a name could not be read again
            self._flow.describe_recipe(name=text)

    @Slot()
    def _show_recipe(self) -> None:
        recipe = self._flow.recipe
        self.words.setText("\n".join(f"• {sentence}" for sentence in sentences(recipe)))
        text = recipe_to_text(recipe)
        if text != self.toml.toPlainText():
            self.toml.setPlainText(text)
        for edit, shown in ((self.name, recipe.name), (self.about, " ".join(recipe.description.split()))):
            if not edit.hasFocus() and edit.text() != shown:
                edit.setText(shown)
                edit.setCursorPosition(0)
        self.seed.blockSignals(True)
        self.seed.setValue(recipe.seed)
        self.seed.blockSignals(False)
