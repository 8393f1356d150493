"""What is left of each layer, and shares of their own for those that shall differ from the others."""

from __future__ import annotations

from types import MappingProxyType

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from core.flow.compress_flow import CompressFlow
from core.flow.sections import Section
from core.preview import Preview, PreviewLayer
from gui.words import number, percent, tr

_NAME, _WEIGHTS, _LEFT, _OWN = range(4)
_MOST = 99.9
_ROWS_SEEN = 8


class LayerShares(QTableWidget):
    """One line a layer; the last column is `[prune.layers]` and can be typed into."""

    def __init__(self, flow: CompressFlow, parent: QWidget | None = None) -> None:
        super().__init__(0, 4, parent)
        self._flow = flow
        self.setAccessibleName(tr("Layers, and how much of each is removed"))
        self.setHorizontalHeaderLabels([tr("Layer"), tr("Weights"), tr("Left"), tr("Remove (%)")])
        self.horizontalHeaderItem(_OWN).setToolTip(tr("Empty: like the others. 0 keeps the layer whole."))
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.setEditTriggers(QTableWidget.EditTrigger.AllEditTriggers)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemChanged.connect(self._edited)
        self._fit_height()

    @Slot(object)
    def show_preview(self, preview: Preview) -> None:
        """Fill the table; shares that the recipe gives are shown whether they have an effect or not."""
        prune = self._flow.recipe.prune
        shares = dict(prune.layers) if prune is not None else {}
        self.blockSignals(True)
        self.setRowCount(len(preview.layers))
        for row, layer in enumerate(preview.layers):
            self._show_layer(row, layer, shares.get(layer.name))
        self.blockSignals(False)
        self._fit_height()

    def _show_layer(self, row: int, layer: PreviewLayer, share: float | None) -> None:
        left = layer.weights_left / max(layer.weights_before, 1)
        shown = {
            _NAME: layer.name,
            _WEIGHTS: number(layer.weights_before),
            _LEFT: tr("{n} ({share})").format(n=number(layer.weights_left), share=percent(left)),
            _OWN: "" if share is None else f"{100 * share:g}",
        }
        for column, text in shown.items():
            item = self.item(row, column)
            if item is None:
                item = QTableWidgetItem()
                self.setItem(row, column, item)
            if item.text() != text:
                item.setText(text)
            editable = column == _OWN and layer.prunable
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            item.setFlags(flags | Qt.ItemFlag.ItemIsEditable if editable else flags)
            if column == _OWN and not layer.prunable:
                item.setText("–")
                item.setToolTip(tr("This layer stays whole: nothing in it can be removed in this way."))

    @Slot(QTableWidgetItem)
    def _edited(self, item: QTableWidgetItem) -> None:
        prune = self._flow.recipe.prune
        if prune is None or item.column() != _OWN:
            return
        name = self.item(item.row(), _NAME).text()
        shares = dict(prune.layers)
        share = _share(item.text())
        if share is None:
            shares.pop(name, None)
        else:
            shares[name] = share
        self.blockSignals(True)
        item.setText("" if share is None else f"{100 * share:g}")
        self.blockSignals(False)
        self._flow.edit(Section.PRUNE, layers=MappingProxyType(shares))
        self._flow.end_edit()

    def _fit_height(self) -> None:
        rows = min(self.rowCount(), _ROWS_SEEN)
        height = self.horizontalHeader().sizeHint().height() + 4
        self.setFixedHeight(height + sum(self.rowHeight(row) for row in range(rows)))


def _share(text: str) -> float | None:
    """What was typed as a fraction, within what a recipe may say; None for what is no number."""
    try:
        typed = float(text.replace(",", ".").replace("%", "").strip())
    except ValueError:
        return None
    return round(min(max(typed, 0.0), _MOST), 2) / 100 if typed == typed else None
