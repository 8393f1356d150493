"""The question before a program on a board is lost that is not Thimble's."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QMessageBox, QWidget

from core.boards.placing import replaces_other_program
from core.boards.usb_ports import UsbBoard
from gui.words import tr


def may_replace(parent: QWidget, boards: Sequence[UsbBoard]) -> bool:
    """Whether the boards may be written to; asks where that removes other programs."""
    foreign = [usb for usb in boards if replaces_other_program(usb)]
    if not foreign:
        return True
    places = "\n".join(
        tr("{program} on {where}").format(
            program=usb.product or tr("another program"), where=usb.name or usb.where
        )
        for usb in foreign
    )
    answer = QMessageBox.question(
        parent,
        tr("Replace the program?"),
        tr(
            "Thimble would replace what runs there now; to bring it back, upload it again with what it"
            " was made with.\n\n{places}"
        ).format(places=places),
        QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
        QMessageBox.StandardButton.No,
    )
    return answer == QMessageBox.StandardButton.Yes
