"""The question before a program on a board is lost that may not be Thimble's."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QMessageBox, QWidget

from core.boards.placing import put_by_flashing
from core.boards.put import Put
from core.boards.usb_ports import UsbBoard
from gui.words import tr


def may_replace(parent: QWidget, boards: Sequence[UsbBoard]) -> bool:
    """Whether the boards may be written to; asks where that removes other programs, or may do so."""
    foreign = [usb for usb in boards if put_by_flashing(usb) is not Put.FLASHED]
    if not foreign:
        return True
    answer = QMessageBox.question(
        parent,
        tr("Replace the program?"),
        tr(
            "Thimble would replace what is on the board now; to bring it back, upload it again with what it"
            " was made with.\n\n{places}"
        ).format(places="\n".join(_lost(usb) for usb in foreign)),
        QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
        QMessageBox.StandardButton.No,
    )
    return answer == QMessageBox.StandardButton.Yes


def _lost(usb: UsbBoard) -> str:
    place = usb.name or usb.where
    if put_by_flashing(usb) is Put.REPLACED_UNKNOWN:
        return tr("Whatever program is on {where}, which waits in its bootloader").format(where=place)
    return tr("{program} on {where}").format(program=usb.product or tr("another program"), where=place)
