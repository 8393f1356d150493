"""What the number format alone cost, which layers it hurt, and what to try."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from gui.plots.noise_bars import NoiseBars
from gui.widgets.labels import explanation, heading
from gui.words import percent, tr


class QuantizationCard(QFrame):
    """Hidden where a run has no such explanation: nothing was quantized, or it is an older one."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.cost, self.worst = QLabel(), QLabel()
        self.bars = NoiseBars()
        self.suggestions = explanation()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(8)
        layout.addWidget(heading(tr("What the number format cost")))
        for widget in (self.cost, self.worst, self.bars, self.suggestions):
            layout.addWidget(widget)
        for label in (self.cost, self.worst):
            label.setWordWrap(True)

    def show_run(self, run: dict[str, Any]) -> None:
        """`run` has the fields of run.json."""
        loss = run.get("quantization_loss") or {}
        self.setVisible(bool(loss))
        if not loss:
            return
        words = tr("Right answers with decimal numbers: {before}; with the small ones: {after}.")
        self.cost.setText(
            words.format(before=percent(loss["accuracy_float"]), after=percent(loss["accuracy_quantized"]))
        )
        worst = list(loss.get("worst") or ())
        hurt = [tr("Hurt most: {layers}").format(layers=", ".join(worst))] if worst else []
        if loss.get("trained"):
            hurt.append(
                tr(
                    "The network was trained with small numbers: what its trained ranges cut off counts as "
                    "noise here, though it has learned to do without it."
                )
            )
        self.worst.setText("\n".join(hurt))
        layers = [(x["name"], float(x["sqnr_db"])) for x in loss["layers"] if x.get("sqnr_db") is not None]
        self.bars.show_layers(layers, worst)
        self.bars.setVisible(bool(layers))
        ideas = list(loss.get("suggestions") or ())
        self.suggestions.setText(
            "\n".join([tr("What to try:"), *(f"• {idea}" for idea in ideas)]) if ideas else ""
        )
        for label in (self.worst, self.suggestions):
            label.setVisible(bool(label.text()))
