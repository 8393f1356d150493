"""A section of the recipe that can be left out: a switch, what it is for, and its controls."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QFrame, QVBoxLayout, QWidget

from core.flow.compress_flow import CompressFlow
from core.flow.sections import Section
from gui.widgets.expander import Expander
from gui.widgets.labels import explanation
from gui.widgets.mnemonics import Mnemonics
from gui.widgets.section_form import SectionForm, other_keys
from gui.words import tr


class SectionCard(QFrame):
    """`basic` keys are always seen, the others under *Advanced*."""

    def __init__(
        self,
        flow: CompressFlow,
        section: Section,
        title: str,
        about: str,
        basic: Sequence[str],
        letters: Mnemonics,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._flow, self._section = flow, section
        self.switch = QCheckBox(letters.mark(title))
        font = self.switch.font()
        font.setBold(True)
        self.switch.setFont(font)
        self.switch.setAccessibleDescription(about)
        self.switch.clicked.connect(lambda on: flow.switch(section, on))
        self.basic = SectionForm(flow, section, basic, letters)
        self.forms = [self.basic]
        self._shown_when_on: list[QWidget] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.setSpacing(6)
        layout.addWidget(self.switch)
        layout.addWidget(_indented(explanation(about)))
        self.add_detail(self.basic)
        rest = other_keys(section, *basic)
        self.expander: Expander | None = None
        if rest:
            advanced = SectionForm(flow, section, rest, letters)
            self.forms.append(advanced)
            self.expander = Expander(tr("Advanced: {what}").format(what=title), _indented(advanced))
            self.add_detail(self.expander, left=18)
        self.show_section()

    def show_section(self) -> None:
        """Follow the flow."""
        on = self._flow.section(self._section) is not None
        self.switch.setChecked(on)
        for holder in self._shown_when_on:
            holder.setVisible(on)
        for form in self.forms:
            form.show_section()

    def add_detail(self, widget: QWidget, left: int = 24) -> None:
        """Put a widget below the others, seen as long as the section is switched on."""
        holder = _indented(widget, left)
        self._shown_when_on.append(holder)
        self.layout().addWidget(holder)

    def control(self, name: str) -> QWidget:
        """The widget of a key, wherever it is."""
        return self.form_with(name).control(name)

    def form_with(self, name: str) -> SectionForm:
        """The form that a key is on."""
        return next(form for form in self.forms if name in form.editors)


def _indented(widget: QWidget, left: int = 24) -> QWidget:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(left, 0, 0, 0)
    layout.addWidget(widget)
    return holder
