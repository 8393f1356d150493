"""What the pages of every PDF are made of: A4, fonts inside the file, headings, tables and pictures."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import matplotlib
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    Image,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

_MARGIN = 19 * mm
WIDTH = A4[0] - 2 * _MARGIN
_INK, _MUTED, _RULE = colors.HexColor("#23292f"), colors.HexColor("#5b6670"), colors.HexColor("#d4d9de")
_ACCENT, BAND = colors.HexColor("#2b6a99"), colors.HexColor("#f1f5f8")
_REGULAR, _BOLD, _MONO = "Report", "Report-Bold", "Report-Mono"


def _style(name: str, size: float, **more: Any) -> Any:
    settings = {"fontName": _REGULAR, "textColor": _INK, "leading": size * 1.42, **more}
    return ParagraphStyle(name, fontSize=size, **settings)


TITLE = _style("title", 20, fontName=_BOLD)
SUBTITLE = _style("subtitle", 9, textColor=_MUTED, spaceAfter=10)
HEADING = _style("heading", 12.5, fontName=_BOLD, textColor=_ACCENT, spaceBefore=12, spaceAfter=4)
BODY = _style("body", 9)
NOTE = _style("note", 8, textColor=_MUTED, spaceAfter=2)
_CELL = _style("cell", 8)
_CELL_RIGHT = _style("cell-right", 8, alignment=TA_RIGHT)
_HEAD = _style("head", 8, fontName=_BOLD)
_HEAD_RIGHT = _style("head-right", 8, fontName=_BOLD, alignment=TA_RIGHT)
RIGHT = _style("right", 9, fontName=_BOLD, textColor=colors.HexColor("#1d6b36"))
WRONG = _style("wrong", 9, fontName=_BOLD, textColor=colors.HexColor("#b3261e"))
BIG = _style("big", 13, fontName=_BOLD, leading=17)
SMALL = _style("small", 7.5, textColor=_MUTED)
HASH = _style("hash", 6.6, fontName=_MONO)


def document_bytes(title: str, story: Iterable[Any]) -> bytes:
    """The PDF of the parts of `story`, with the title and the page number at the foot of each page."""
    _register_fonts()
    buffer = io.BytesIO()
    document = BaseDocTemplate(buffer, pagesize=A4, title=title, author="Thimble")
    frame = Frame(_MARGIN, _MARGIN, WIDTH, A4[1] - 2 * _MARGIN, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", [frame], onPage=_footer))
    document.build(list(story))
    return buffer.getvalue()


def _register_fonts() -> None:
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    files = ((_REGULAR, "DejaVuSans"), (_BOLD, "DejaVuSans-Bold"), (_MONO, "DejaVuSansMono"))
    for name, file in files:
        pdfmetrics.registerFont(TTFont(name, str(folder / f"{file}.ttf")))
    pdfmetrics.registerFontFamily(_REGULAR, normal=_REGULAR, bold=_BOLD, italic=_REGULAR, boldItalic=_BOLD)


def _footer(canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont(_REGULAR, 7.5)
    canvas.setFillColor(_MUTED)
    canvas.drawString(_MARGIN, 10 * mm, str(document.title))
    canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, f"page {document.page}")
    canvas.restoreState()


def paragraph(words: str, style: Any = BODY) -> Any:
    return Paragraph(escape(words), style)


def picture(png: bytes, share: float = 1.0) -> Any:
    width, height = struct.unpack(">II", png[16:24])  # the IHDR chunk of every PNG
    return Image(io.BytesIO(png), WIDTH * share, WIDTH * share * height / width)


def grid(rows: Sequence[Sequence[str]], widths: Sequence[float], left: Sequence[int] = (0,)) -> Any:
    """A table with a header; the columns in `left` hold text, the others numbers. Widths are shares."""
    cells = []
    for index, row in enumerate(rows):
        styles = (_HEAD, _HEAD_RIGHT) if index == 0 else (_CELL, _CELL_RIGHT)
        cells.append([paragraph(cell, styles[0 if at in left else 1]) for at, cell in enumerate(row)])
    whole = sum(widths)
    table = Table(cells, [WIDTH * width / whole for width in widths], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, _INK),
                ("LINEBELOW", (0, 1), (-1, -1), 0.3, _RULE),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table


def together(*parts: Any) -> Any:
    """The parts on one page, with air between a plot and what follows it."""
    spaced: list[Any] = []
    for part in parts:
        spaced += [part, Spacer(1, 5)] if isinstance(part, Image) else [part]
    return KeepTogether(spaced)
