"""The shape of every page: a title, a banner, a body that scrolls when the window is small."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from gui.widgets.banner import Banner
from gui.widgets.labels import explanation, title


class Page(QWidget):
    """Add content to `body`. Messages go to `banner`."""

    def __init__(self, heading: str, about: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title(heading)
        self.about = explanation(about)
        self.banner = Banner()
        content = QWidget()
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(28, 22, 28, 22)
        self.body.setSpacing(12)
        self.body.addWidget(self.title)
        self.body.addWidget(self.about)
        self.body.addWidget(self.banner)
        self.scroll = QScrollArea()
        self.scroll.setWidget(content)
        self.scroll.setWidgetResizable(True)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        #: What gets the keyboard when the page is shown.
        self.first_control: QWidget | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.scroll, 1)

    def focus_first(self) -> None:
        """Give the keyboard to the first control that can take it."""
        if self.first_control is not None and self.first_control.isEnabled():
            self.first_control.setFocus(Qt.FocusReason.OtherFocusReason)

    def hold_focus(self) -> None:
        """Call before the control with the keyboard goes: the next one on this page gets it."""
        self.scroll.setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, self._pass_focus)  # when it is clear what can be used now

    @Slot()
    def _pass_focus(self) -> None:
        if not self.scroll.hasFocus():
            return
        control = self.first_control
        if control is None or not _takes_keys(control):
            control = self.scroll.nextInFocusChain()
            while control is not self.scroll and not (self.isAncestorOf(control) and _takes_keys(control)):
                control = control.nextInFocusChain()
        control.setFocus(Qt.FocusReason.OtherFocusReason)


def page_of(widget: QWidget) -> Page | None:
    """The page that a widget is on."""
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, Page):
        parent = parent.parentWidget()
    return parent


def _takes_keys(control: QWidget) -> bool:
    by_tab = control.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(by_tab) and control.isVisible() and control.isEnabled() and control.focusProxy() is None
