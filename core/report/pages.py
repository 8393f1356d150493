"""What the pages of every PDF are made of: A4, headings, paragraphs and pictures."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Frame, Image, KeepTogether, PageTemplate, Paragraph, Spacer

from core.report.drawing import DPI, FIGURE_WIDTH_IN
from core.report.styles import BODY, MARGIN, MUTED, REGULAR, WIDTH, register_fonts


def document_bytes(title: str, story: Iterable[Any]) -> bytes:
    """The PDF of the parts of `story`, with the title and the page number at the foot of each page."""
    register_fonts()
    buffer = io.BytesIO()
    document = BaseDocTemplate(buffer, pagesize=A4, title=title, author="Thimble")
    frame = Frame(MARGIN, MARGIN, WIDTH, A4[1] - 2 * MARGIN, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", [frame], onPage=_footer))
    document.build(list(story))
    return buffer.getvalue()


def _footer(canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont(REGULAR, 7.5)
    canvas.setFillColor(MUTED)
    canvas.drawString(MARGIN, 10 * mm, str(document.title))
    canvas.drawRightString(A4[0] - MARGIN, 10 * mm, f"page {document.page}")
    canvas.restoreState()


def paragraph(words: str, style: Any = BODY) -> Any:
    return Paragraph(escape(words), style)


def picture(png: bytes) -> Any:
    """A figure: those of the usual width are as wide as the page, narrower ones in proportion."""
    width, height = struct.unpack(">II", png[16:24])  # the IHDR chunk of every PNG
    scale = WIDTH / max(width, FIGURE_WIDTH_IN * DPI)
    return Image(io.BytesIO(png), scale * width, scale * height)


def together(*parts: Any) -> Any:
    """The parts on one page, with air between a plot and what follows it."""
    spaced: list[Any] = []
    for part in parts:
        spaced += [part, Spacer(1, 5)] if isinstance(part, Image) else [part]
    return KeepTogether(spaced)
