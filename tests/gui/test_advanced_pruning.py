"""The criteria that the wizard offers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.compress.criteria import CRITERIA, serves
from core.flow.compress_flow import CompressFlow
from core.presets import all_presets
from core.recipe import Prune, PruneKind
from gui.widgets.mnemonics import Mnemonics
from gui.wizards.compress.advanced_pruning import AdvancedPruning

pytestmark = pytest.mark.gui


@pytest.mark.parametrize("kind", list(PruneKind))
def test_only_criteria_that_serve_can_be_chosen(qtbot: QtBot, kind: PruneKind) -> None:
    page = AdvancedPruning(CompressFlow(all_presets()), Mnemonics())
    qtbot.addWidget(page)
    page.show_prune(Prune(kind))
    model = page.criterion.box.model()
    offered = {
        page.criterion.box.itemData(place)
        for place in range(page.criterion.box.count())
        if model.flags(model.index(place, 0)) & Qt.ItemFlag.ItemIsEnabled
    }
    assert offered == {criterion for criterion in CRITERIA if serves(criterion, kind)}
