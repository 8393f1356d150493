"""Controls for a section of the recipe, made from what the recipe says about its keys."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFormLayout, QLabel, QSizePolicy, QWidget

from core.flow.compress_flow import CompressFlow
from core.flow.sections import Section, keys_of
from gui.recipe_words import choice_label, key_label, special_value
from gui.widgets.key_editors import KeyEditor, SwitchEditor, editor_for
from gui.widgets.mnemonics import Mnemonics


class SectionForm(QWidget):
    """Every control writes to the flow; `show_section` shows what the flow says."""

    def __init__(
        self,
        flow: CompressFlow,
        section: Section,
        names: Iterable[str],
        letters: Mnemonics,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._flow, self._section = flow, section
        self.editors: dict[str, KeyEditor] = {}
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        for name in names:
            self._add(name, letters)

    def control(self, name: str) -> QWidget:
        """The widget of a key."""
        return self.editors[name].widget

    def set_used(self, name: str, used: bool) -> None:
        """Grey out a key that says nothing as the others are."""
        self.control(name).setEnabled(used)
        label = self._form.labelForField(self.control(name))
        if label is not None:
            label.setEnabled(used)

    def show_section(self) -> None:
        """Follow the flow; everything is greyed out while the section is left out."""
        value = self._flow.section(self._section)
        self.setEnabled(value is not None)
        if value is not None:
            for name, editor in self.editors.items():
                editor.show(getattr(value, name))

    def _add(self, name: str, letters: Mnemonics) -> None:
        key = keys_of(self._section)[name]
        text = letters.mark(key_label(self._section, key))
        editor = editor_for(key, partial(choice_label, self._section), special_value(key))
        about = key.about[:1].upper() + key.about[1:]
        editor.widget.setToolTip(about)
        editor.widget.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if isinstance(editor, SwitchEditor):
            editor.box.setText(text)
            self._form.addRow("", editor.box)
        else:
            label = QLabel(f"{text}:")
            label.setBuddy(editor.widget)
            label.setToolTip(about)
            self._form.addRow(label, editor.widget)
        editor.edited.connect(partial(self._edited, name))
        editor.let_go.connect(self._flow.end_edit)
        self.editors[name] = editor

    @Slot(str, object)
    def _edited(self, name: str, value: Any) -> None:
        self._flow.edit(self._section, **{name: value})


def other_keys(section: Section, *names: str) -> tuple[str, ...]:
    """The keys of a section that are not named: those for *Advanced*. New keys of a recipe appear there."""
    return tuple(name for name in keys_of(section) if name not in names)
