"""Controls for the keys of a recipe: one class a kind of value, its limits and tool tip from the key."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from core.flow.sections import Key
from gui.widgets.spin_boxes import NumberBox, WholeBox

#: Qt counts with 32 bits.
_HIGHEST = 2_147_483_647


class KeyEditor(QObject):
    """`edited` tells a new value, `let_go` that the control was left; `show` sets one without a signal.

    `put` makes `widget` show a value.
    """

    edited = Signal(object)
    let_go = Signal()

    def __init__(self, widget: QWidget, put: Callable[[Any], None]) -> None:
        super().__init__(widget)
        self.widget, self._put = widget, put

    def show(self, value: Any) -> None:
        """Show what the recipe says."""
        self.widget.blockSignals(True)
        self._put(value)
        self.widget.blockSignals(False)


class WholeEditor(KeyEditor):
    """Whole numbers; `special` is what the lowest one is called."""

    def __init__(self, key: Key, special: str) -> None:
        self._box = WholeBox()
        super().__init__(self._box, self._set)
        self._box.setRange(int(key.low or 0), min(_HIGHEST, int(key.high or _HIGHEST)))
        self._box.setSpecialValueText(special)
        self._box.valueChanged.connect(self.edited.emit)
        self._box.editingFinished.connect(self.let_go.emit)

    def _set(self, value: Any) -> None:
        self._box.setValue(int(value))


class NumberEditor(KeyEditor):
    """Decimal numbers of any size; zero is None where the key may be left out, and `special` its name."""

    def __init__(self, key: Key, special: str) -> None:
        self._box, self._key = NumberBox(), key
        super().__init__(self._box, self._set)
        low = 0.0 if key.optional else key.low or 0.0
        self._box.setRange(low, 1e9 if key.high is None else key.high)
        self._box.setSpecialValueText(special)
        self._box.valueChanged.connect(self._changed)
        self._box.editingFinished.connect(self.let_go.emit)

    def _changed(self, value: float) -> None:
        if self._key.optional:
            self.edited.emit(max(value, self._key.low or 0.0) if value else None)
        else:
            self.edited.emit(value)

    def _set(self, value: Any) -> None:
        self._box.setValue(0.0 if value is None else float(value))


class SwitchEditor(KeyEditor):
    """Yes or no. The box carries its own label."""

    def __init__(self) -> None:
        self.box = QCheckBox()
        super().__init__(self.box, self._set)
        self.box.clicked.connect(lambda checked: self.edited.emit(checked))

    def _set(self, value: Any) -> None:
        self.box.setChecked(bool(value))


class ChoiceEditor(KeyEditor):
    """One of the members of an enum."""

    def __init__(self, key: Key, label: Callable[[Enum], str]) -> None:
        self.box = QComboBox()
        super().__init__(self.box, self._set)
        for member in key.kind:
            self.box.addItem(label(member), member)
        self.box.activated.connect(lambda index: self.edited.emit(self.box.itemData(index)))

    def offer(self, allowed: Callable[[Any], bool]) -> None:
        """Only what is allowed can be chosen; what is chosen already stays."""
        items = cast(QStandardItemModel, self.box.model())
        for place in range(self.box.count()):
            items.item(place).setEnabled(allowed(self.box.itemData(place)))

    def _set(self, value: Any) -> None:
        places = (place for place in range(self.box.count()) if self.box.itemData(place) is value)
        self.box.setCurrentIndex(next(places, -1))


def editor_for(key: Key, label: Callable[[Enum], str], special: str) -> KeyEditor:
    """The control for a key."""
    for kind, make in _EDITORS:
        if issubclass(key.kind, kind):
            return make(key, label, special)
    raise TypeError(f"there is no control for the key {key.name}")


_Make = Callable[[Key, Callable[[Enum], str], str], KeyEditor]
#: In this order: bool is a kind of int.
_EDITORS: tuple[tuple[type, _Make], ...] = (
    (Enum, lambda key, label, special: ChoiceEditor(key, label)),
    (bool, lambda key, label, special: SwitchEditor()),
    (int, lambda key, label, special: WholeEditor(key, special)),
    (float, lambda key, label, special: NumberEditor(key, special)),
)
