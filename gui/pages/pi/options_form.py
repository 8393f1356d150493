"""How a Pi measures: settings of this Pi, kept as soon as they are entered."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QWidget

from core.pi.settings import DEFAULT_SETTINGS, PiSettings
from core.pi.setup.armnn import Backend
from gui.widgets.labels import labelled
from gui.widgets.mnemonics import Mnemonics
from gui.widgets.spin_boxes import WholeBox
from gui.words import tr

_MOST_THREADS, _MOST_WARMUP = 64, 10_000


class OptionsForm(QWidget):
    """`settings` is what it says; what it does not show stays as it was shown."""

    edited = Signal()

    def __init__(self, keys: Mnemonics) -> None:
        super().__init__()
        self._shown = DEFAULT_SETTINGS
        self.threads, self.warmup, self.backend = WholeBox(), WholeBox(), QComboBox()
        self.threads.setRange(0, _MOST_THREADS)
        self.threads.setSpecialValueText(tr("as many as it has cores"))
        self.warmup.setRange(0, _MOST_WARMUP)
        self.warmup.setSpecialValueText(tr("none"))
        self.warmup.setToolTip(tr("Inferences after the first that are not timed"))
        self.backend.addItem(tr("CpuAcc (Neon)"), Backend.CPU_ACC)
        self.backend.addItem(tr("CpuRef (slow, to compare)"), Backend.CPU_REF)
        self.telemetry = QCheckBox(keys.mark(tr("Ask temperature, frequency and load each second")))
        form = QFormLayout(self)
        form.setContentsMargins(24, 0, 0, 0)
        for text, control in (
            (tr("Threads:"), self.threads),
            (tr("Warm-up:"), self.warmup),
            (tr("Arm NN backend:"), self.backend),
        ):
            form.addRow(labelled(keys.mark(text), control), control)
        form.addRow(self.telemetry)
        self.show_settings(self._shown)
        for changed in (
            self.threads.valueChanged,
            self.warmup.valueChanged,
            self.backend.currentIndexChanged,
            self.telemetry.toggled,
        ):
            changed.connect(self.edited)

    def show_settings(self, settings: PiSettings) -> None:
        """Nothing is told of it."""
        with QSignalBlocker(self):
            self._shown = settings
            self.threads.setValue(settings.threads or 0)
            self.warmup.setValue(settings.warmup)
            self.backend.setCurrentIndex(self.backend.findData(settings.armnn_backend))
            self.telemetry.setChecked(settings.telemetry)

    @property
    def settings(self) -> PiSettings:
        return replace(
            self._shown,
            threads=self.threads.value() or None,
            warmup=self.warmup.value(),
            telemetry=self.telemetry.isChecked(),
            armnn_backend=self.backend.currentData(),
        )
