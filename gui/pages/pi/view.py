"""The Raspberry Pi page: where it is, its key, what it is, setting it up, taking everything away."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QWidget,
)

from core.pi.engines import ENGINES
from core.pi.known import KnownPi
from gui.job_bridge import JobBridge
from gui.pages.pi.armnn_fields import ArmnnFields
from gui.pages.pi.options_form import OptionsForm
from gui.widgets.expander import Expander
from gui.widgets.job_panel import JobPanel
from gui.widgets.labels import card, explanation, heading, labelled, primary
from gui.widgets.mnemonics import Mnemonics
from gui.widgets.page import Page
from gui.widgets.read_table import ReadTable
from gui.words import tr

_HOST, _USER = "raspberrypi.local", "pi"
#: Alt keys of the labels below.
_KEYS = "acdgiklmnprsuw"


class PiView(Page):
    """Shows; the presenter fills it."""

    connect_wanted = Signal()
    find_wanted = Signal()
    accept_wanted = Signal()
    set_up_wanted = Signal()
    remove_wanted = Signal()
    forget_wanted = Signal()

    def __init__(self, bridge: JobBridge) -> None:
        super().__init__(
            tr("Raspberry Pi"),
            tr("Connects over SSH to a Pi with 64-bit Raspberry Pi OS, and makes it ready to run models."),
        )
        self._make_address()
        self.panel = JobPanel(bridge, tr("Working with the Raspberry Pi"))
        self.body.addWidget(self.panel)
        self._make_key()
        self._make_found()
        self.body.addStretch(1)
        self.first_control = self.host

    def _make_address(self) -> None:
        self.host = QComboBox()
        self.user, self.key_file, self.password = QLineEdit(_USER), QLineEdit(), QLineEdit()
        self.folder = QLineEdit()
        self.folder.setPlaceholderText(tr("as last time, or .thimble in the home folder"))
        self.folder.setToolTip(tr("Thimble's folder on the Pi; on another disk, for example /mnt/usb"))
        self.host.setEditable(True)
        self.host.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.host.setCurrentText(_HOST)
        self.host.setToolTip(tr("A name or an address; with another port, as in raspberrypi.local:2222"))
        self.find = QPushButton(tr("&Look for Pis"))
        self.find.clicked.connect(self.find_wanted)
        self.key_file.setPlaceholderText(tr("your agent's keys and those in ~/.ssh"))
        browse = QPushButton(tr("File…"))
        browse.setAccessibleName(tr("Choose a key file"))
        browse.clicked.connect(self._choose_key)
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setPlaceholderText(tr("only where there is no key"))
        self.keep = QCheckBox(tr("&Keep it in this computer's keyring"))
        self.keep.setToolTip(
            tr("Otherwise it is asked for again after the next start. It goes into no file.")
        )
        self.connect_button = primary(tr("&Connect"))
        self.connect_button.clicked.connect(self.connect_wanted)
        self.forget = QPushButton(tr("For&get this Pi"))
        self.forget.setToolTip(tr("Removes its key, its password and its name from this computer"))
        self.forget.clicked.connect(self.forget_wanted)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        rows: tuple[tuple[str, QWidget, QWidget | None], ...] = (
            (tr("&Name or address:"), self.host, self.find),
            (tr("&User there:"), self.user, None),
            (tr("&Private key:"), self.key_file, browse),
            (tr("Pass&word:"), self.password, self.keep),
            (tr("Fol&der there:"), self.folder, None),
        )
        for row, (text, control, beside) in enumerate(rows):
            grid.addWidget(labelled(text, control), row, 0)
            grid.addWidget(control, row, 1)
            if beside is not None:
                grid.addWidget(beside, row, 2)
        grid.setColumnStretch(1, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.connect_button)
        buttons.addWidget(self.forget)
        buttons.addStretch(1)
        self.body.addLayout(grid)
        self.body.addLayout(buttons)

    def _make_key(self) -> None:
        self.key_words = explanation()
        self.fingerprint = QLineEdit()
        self.fingerprint.setReadOnly(True)
        self.fingerprint.setAccessibleName(tr("Fingerprint of the key"))
        self.accept = QPushButton(tr("&Accept this key"))
        self.accept.clicked.connect(self.accept_wanted)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.accept)
        line.addStretch(1)
        self.key_title = heading(tr("Is this your Raspberry Pi?"))
        self.key = card(self.key_title, self.key_words, self.fingerprint, row)
        self.key.hide()
        self.body.addWidget(self.key)

    def _make_found(self) -> None:
        self.title_line = heading("")
        headings = (tr("What"), tr("Found"), tr("Will it do?"))
        self.checks = ReadTable(tr("What was found on the Raspberry Pi"), headings)
        self.checks.setWordWrap(True)
        self.checks.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.engine, self.wheels = QComboBox(), QLineEdit()
        for engine in ENGINES.values():
            self.engine.addItem(tr(engine.title), engine.id)
            self.engine.setItemData(self.engine.count() - 1, tr(engine.about), Qt.ItemDataRole.ToolTipRole)
        self.wheels.setPlaceholderText(tr("from the network of the Pi"))
        browse = QPushButton(tr("Folder…"))
        browse.setAccessibleName(tr("Choose a folder of wheels"))
        browse.clicked.connect(self._choose_wheels)
        self.set_up = QPushButton(tr("&Set up"))
        self.set_up.clicked.connect(self.set_up_wanted)
        self.remove = QPushButton(tr("&Remove Thimble from it…"))
        self.remove.clicked.connect(self.remove_wanted)
        engine_label = labelled(tr("&Install:"), self.engine)
        wheels_label = labelled(tr("Packages fro&m:"), self.wheels)
        keys = Mnemonics(_KEYS)
        self.armnn, self.options = ArmnnFields(keys), OptionsForm(keys)
        self.engine.currentIndexChanged.connect(self._engine_chosen)
        row = QWidget()
        line = QGridLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setHorizontalSpacing(10)
        for column, widget in enumerate((engine_label, self.engine, self.set_up)):
            line.addWidget(widget, 0, column)
        for column, widget in enumerate((wheels_label, self.wheels, browse)):
            line.addWidget(widget, 1, column)
        line.addWidget(self.armnn, 2, 0, 1, 3)
        line.addWidget(self.remove, 3, 2)
        line.setColumnStretch(1, 1)
        options = Expander(tr("How it measures"), self.options)
        self.found = card(self.title_line, self.checks, row, options)
        self.found.hide()
        self.body.addWidget(self.found)
        self._engine_chosen()

    def _engine_chosen(self) -> None:
        self.armnn.setVisible(ENGINES[self.engine.currentData()].delegate)

    def show_known(self, pis: tuple[KnownPi, ...]) -> None:
        """Offer the Pis that were connected before; what is typed stays."""
        typed = self.host.currentText()
        self.host.clear()
        for pi in pis:
            self.host.addItem(f"{pi.title} – {pi.address.where}", pi)
        self.host.setCurrentIndex(-1)
        self.host.setCurrentText(typed)

    def show_found(self, found: list[tuple[str, str, str | None]]) -> None:
        """Offer what was found beside what is known: words, address, and the user where that is known."""
        for words, where, user in found:
            self.host.addItem(words, (where, user))

    def _choose_key(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Choose a private key"), str(Path.home() / ".ssh"))
        if path:
            self.key_file.setText(path)

    def _choose_wheels(self) -> None:
        path = QFileDialog.getExistingDirectory(self, tr("Choose a folder of wheels"), str(Path.home()))
        if path:
            self.wheels.setText(path)
