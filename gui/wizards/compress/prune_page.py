"""Step 3: what is taken away from the network, and how much."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLabel, QSlider, QWidget

from core.flow.draft import Step
from core.flow.sections import Section
from core.recipe import PruneKind
from gui.widgets.choice_card import ChoiceCard
from gui.widgets.expander import Expander
from gui.widgets.mnemonics import Mnemonics
from gui.widgets.spin_boxes import DecimalBox
from gui.wizards.compress.advanced_pruning import AdvancedPruning
from gui.wizards.compress.layer_shares import LayerShares
from gui.wizards.compress.preview_panel import PreviewPanel
from gui.wizards.compress.sensitivity_panel import SensitivityPanel
from gui.wizards.compress.session import CompressSession
from gui.wizards.compress.wizard_page import WizardPage
from gui.words import tr

#: The slider counts in tenths of a percent.
_MOST = 999


class PrunePage(WizardPage):
    """Every control writes to the flow; what the flow says is shown."""

    def __init__(self, session: CompressSession) -> None:
        super().__init__(
            session,
            Step.PRUNING,
            tr("Pruning"),
            tr("A trained network has many parts that hardly matter. Taking them away makes it smaller."),
        )
        self._make_kinds()
        self._make_amount()
        letters = Mnemonics(taken="h")
        self.advanced = AdvancedPruning(self.flow, letters)
        self.shares = LayerShares(self.flow)
        session.previewed.connect(self.shares.show_preview)
        self.advanced.layout().addWidget(self.shares)
        self.sensitivity = SensitivityPanel(session, letters)
        self.expander = Expander(tr("Advanced"), self.advanced)
        self.preview = PreviewPanel(session)
        self.body.addWidget(self.preview)
        self.body.addWidget(self.sensitivity)
        self.body.addWidget(self.expander)
        self.expander.button.toggled.connect(lambda is_open: QTimer.singleShot(0, self._show_advanced))
        self.body.addStretch(1)
        session.changed.connect(self._show_recipe)
        self.first_control = self.slider
        self._show_recipe()

    def _make_kinds(self) -> None:
        group = QButtonGroup(self)
        self.structured = ChoiceCard(
            tr("Remove whole filters (smaller, faster)"),
            tr("The best start: the network takes less flash, less memory and less time."),
            group,
        )
        self.element = ChoiceCard(
            tr("Zero single weights (smaller in flash only)"),
            tr("Keeps the network's shape. It takes less flash, but as much memory as before."),
            group,
        )
        self.none = ChoiceCard(tr("Keep everything"), tr("Only the next steps change the network."), group)
        for card, kind in (
            (self.structured, PruneKind.STRUCTURED),
            (self.element, PruneKind.ELEMENT),
            (self.none, None),
        ):
            card.chosen.connect(lambda kind=kind: self.flow.choose_pruning(kind))
            self.body.addWidget(card)

    def _make_amount(self) -> None:
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _MOST)
        self.slider.setPageStep(50)
        self.slider.setSingleStep(5)
        self.slider.setAccessibleName(tr("How much to remove, in tenths of a percent"))
        self.amount = DecimalBox()
        self.amount.setRange(0.0, _MOST / 10)
        self.amount.setDecimals(1)
        self.amount.setSuffix(tr(" %"))
        how_much = QLabel(tr("&How much to remove:"))
        how_much.setBuddy(self.amount)
        self.controls = QWidget()
        grid = QGridLayout(self.controls)
        grid.setContentsMargins(0, 6, 0, 6)
        grid.setHorizontalSpacing(12)
        grid.addWidget(how_much, 0, 0)
        grid.addWidget(self.slider, 0, 1)
        grid.addWidget(self.amount, 0, 2)
        grid.setColumnStretch(1, 1)
        self.body.addWidget(self.controls)
        self.slider.valueChanged.connect(lambda tenths: self._set_amount(tenths / 1000))
        self.slider.sliderReleased.connect(self.flow.end_edit)
        self.amount.valueChanged.connect(lambda value: self._set_amount(round(value * 10) / 1000))
        self.amount.editingFinished.connect(self.flow.end_edit)
        QWidget.setTabOrder(self.slider, self.amount)

    def _show_advanced(self) -> None:
        if self.advanced.isVisible():
            self.scroll.ensureWidgetVisible(self.advanced)

    def _set_amount(self, sparsity: float) -> None:
        self.flow.edit(Section.PRUNE, sparsity=sparsity, threshold=None)

    @Slot()
    def _show_recipe(self) -> None:
        recipe = self.flow.recipe
        kind = recipe.prune.kind if recipe.prune else None
        chosen = {PruneKind.STRUCTURED: self.structured, PruneKind.ELEMENT: self.element, None: self.none}
        chosen[kind].radio.setChecked(True)
        self.controls.setEnabled(recipe.prune is not None and recipe.prune.threshold is None)
        self.advanced.setEnabled(recipe.prune is not None)
        widgets = (self.slider, self.amount)
        for widget in widgets:
            widget.blockSignals(True)
        if recipe.prune is not None:
            self.slider.setValue(round(recipe.prune.sparsity * 1000))
            self.amount.setValue(recipe.prune.sparsity * 100)
            self.advanced.show_prune(recipe.prune)
        for widget in widgets:
            widget.blockSignals(False)
        self._show_state()
