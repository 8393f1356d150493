"""About: what this is, its licence, and the versions that matter when something is reported."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtWidgets import QMessageBox, QWidget

from gui.words import tr

_SHOWN = ("PySide6_Essentials", "pyqtgraph", "numpy", "tensorflow", "keras", "ziglang", "unicorn")


def versions() -> list[tuple[str, str]]:
    """Names and versions; read from the packages' records, nothing is imported."""
    return [("Thimble", _version("thimble")), ("Python", platform.python_version())] + [
        (name, _version(name)) for name in _SHOWN
    ]


def show_about(parent: QWidget) -> QMessageBox:
    """Open the dialog (without blocking) and return it."""
    rows = "".join(f"<tr><td>{name}&nbsp;&nbsp;</td><td>{number}</td></tr>" for name, number in versions())
    box = QMessageBox(parent)
    box.setWindowTitle(tr("About Thimble"))
    box.setText("<h3>Thimble</h3>")
    box.setInformativeText(
        "<p>"
        + tr("Fits neural networks into thimble-sized computers.")
        + "</p><p>"
        + tr("Licence: Apache License 2.0. The emulator of the virtual boards is a program of its own (MIT).")
        + f"</p><table>{rows}</table>"
    )
    box.setStandardButtons(QMessageBox.StandardButton.Close)
    box.open()
    return box


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return tr("not installed")
