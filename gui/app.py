"""Starts the window."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from core.paths import resources_dir
from gui.error_dialog import ExceptionCatcher
from gui.main_window import MainWindow
from gui.menus import stored_appearance
from gui.services import Services, real_services
from gui.theme import theme

os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")


def make_application(arguments: list[str]) -> QApplication:
    """The application with its name, icon and translations."""
    app = QApplication(arguments)
    app.setApplicationName("Thimble")
    app.setOrganizationName("Thimble")
    app.setDesktopFileName("thimble")
    app.setWindowIcon(QIcon(str(resources_dir() / "icons" / "thimble.svg")))
    for name, folder in (
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        ("thimble", str(resources_dir() / "translations")),
    ):
        translator = QTranslator(app)
        if translator.load(QLocale(), name, "_", folder):
            app.installTranslator(translator)
    return app


def make_window(services: Services) -> MainWindow:
    """The main window, with the appearance that the user chose."""
    theme().set_appearance(stored_appearance(services.settings))
    window = MainWindow(services)
    window.warm_up()
    return window


def run_window() -> int:
    """Open the window and stay until it is closed."""
    app = make_application(sys.argv)
    catcher = ExceptionCatcher()
    catcher.install()
    window = make_window(real_services())
    catcher.caught.connect(window.show_details)
    window.show()
    return app.exec()
