"""Where the Arm NN delegate comes from."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLineEdit, QPushButton, QWidget

from core.pi.setup.armnn import ArmnnSource
from gui.widgets.labels import explanation, labelled
from gui.widgets.mnemonics import Mnemonics
from gui.words import tr


class ArmnnFields(QWidget):
    """`source` is what they say."""

    def __init__(self, keys: Mnemonics) -> None:
        super().__init__()
        self.archive, self.sha256, self.library = QLineEdit(), QLineEdit(), QLineEdit()
        self.archive.setPlaceholderText(tr("a .tar.gz of this computer, or https://…"))
        self.sha256.setPlaceholderText(tr("what its publisher says; needed for an address"))
        self.library.setPlaceholderText(tr("a libarmnnDelegate.so that is on the Pi already"))
        browse = QPushButton(tr("File…"))
        browse.setAccessibleName(tr("Choose an archive of Arm NN"))
        browse.clicked.connect(self._choose)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        about = tr(
            "Arm NN is no package of the Pi's: name its archive, or its library. What was named once is found"
            " again when all is left empty."
        )
        grid.addWidget(explanation(about), 0, 0, 1, 3)
        rows = (
            (tr("Archive or address:"), self.archive, browse),
            (tr("SHA-256:"), self.sha256, None),
            (tr("Library there:"), self.library, None),
        )
        for row, (text, control, beside) in enumerate(rows, start=1):
            grid.addWidget(labelled(keys.mark(text), control), row, 0)
            grid.addWidget(control, row, 1)
            if beside is not None:
                grid.addWidget(beside, row, 2)
        grid.setColumnStretch(1, 1)

    @property
    def source(self) -> ArmnnSource:
        """Raises ThimbleError ``no-checksum``."""
        library, archive, sha256 = (
            field.text().strip() or None for field in (self.library, self.archive, self.sha256)
        )
        return ArmnnSource(library, archive, sha256)

    @Slot()
    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Choose an archive of Arm NN"), str(Path.home()), tr("Archives (*.tar.gz *.tgz)")
        )
        if path:
            self.archive.setText(path)
