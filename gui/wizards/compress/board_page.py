"""Step 7: the board, whether the network fits, and how its working memory is used over time."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QButtonGroup, QGridLayout

from codegen.targets.board import Board, Cpu, all_boards
from core.flow.draft import Step
from core.preview import Preview
from gui.plots.arena_map import ArenaMap
from gui.widgets.choice_card import ChoiceCard
from gui.widgets.labels import card, explanation, heading
from gui.wizards.compress.preview_panel import PreviewPanel
from gui.wizards.compress.session import CompressSession
from gui.wizards.compress.wizard_page import WizardPage
from gui.words import bytes_text, number, tr


class BoardPage(WizardPage):
    """One card a board."""

    def __init__(self, session: CompressSession) -> None:
        super().__init__(
            session, Step.BOARD, tr("Board"), tr("Where shall the network run? You can try others later.")
        )
        group = QButtonGroup(self)
        self.cards: dict[str, ChoiceCard] = {}
        boards = sorted(all_boards().values(), key=lambda b: b.cpu is Cpu.HOST)
        grid = QGridLayout()
        grid.setSpacing(12)
        for place, board in enumerate(boards):
            choice = ChoiceCard(board.title, board_about(board), group)
            choice.chosen.connect(lambda board_id=board.id: self.flow.set_board(board_id))
            self.cards[board.id] = choice
            grid.addWidget(choice, place // 2, place % 2)  # two in a row
        self.body.addLayout(grid)
        self.preview = PreviewPanel(session)
        self.body.addWidget(self.preview)
        self.arena = ArenaMap()
        self.arena_about = explanation()
        self.body.addWidget(
            card(heading(tr("Working memory while the network computes")), self.arena, self.arena_about)
        )
        self.body.addStretch(1)
        session.changed.connect(self._show_board)
        session.previewed.connect(self._show_arena)
        self.first_control = next(iter(self.cards.values())).radio
        self._show_board()

    @Slot()
    def _show_board(self) -> None:
        chosen = self.cards.get(self.flow.draft.board)
        if chosen is not None:
            chosen.radio.setChecked(True)
        self._show_state()

    @Slot(object)
    def _show_arena(self, preview: Preview) -> None:
        self.arena.show_buffers(preview.buffers, preview.arena_bytes)
        proof = (
            tr("No arrangement could do with less: that is proven.")
            if preview.arena_is_smallest
            else tr("No arrangement could do with less than {bound}.").format(
                bound=bytes_text(preview.arena_lower_bound_bytes)
            )
        )
        about = tr(
            "Each block is one layer's data: how long it is needed (left to right) and where it lies. "
            "{used} are used."
        ).format(used=bytes_text(preview.arena_bytes))
        self.arena_about.setText(f"{about} {proof}")


def board_about(board: Board) -> str:
    """One line about a board."""
    if board.cpu is Cpu.HOST:
        return tr("Runs the same C code as an ordinary program here: to check it.")
    words = tr("{mhz} MHz, {flash} of flash, {sram} of SRAM.").format(
        mhz=number(board.clock_hz / 1e6),
        flash=bytes_text(board.flash_bytes),
        sram=bytes_text(board.sram_bytes),
    )
    if board.virtual:
        words += " " + tr("No hardware needed: the program runs in an emulator; its times are estimates.")
    return words
