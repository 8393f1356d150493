"""Tables of PDFs: columns as wide as what stands in them, letters as small as the widest row demands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Paragraph, Table, TableStyle

from core.report.columns import shared_out
from core.report.styles import BOLD, INK, MONO, REGULAR, RULE, WIDTH, register_fonts, style

#: Of the letters, in points: the first that lets every word and number stand in one piece.
_SIZES = (8.0, 7.5, 7.0, 6.5, 6.0, 5.5, 5.0)
_PADDING = 3.0
#: Against rounding where a word is as wide as its column.
_SLACK = 0.5
_RULES = TableStyle(
    [
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, RULE),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
    ]
)


@dataclass(frozen=True, slots=True)
class _Column:
    """In widths for letters of one point: `least` keeps every word, and every number, in one piece; `whole`
    keeps every cell under the heading on one line."""

    least: float
    whole: float

    @classmethod
    def of(cls, cells: Sequence[str], font: str, breaks: bool) -> _Column:
        head, *body = cells
        whole = max((_width(cell, font) for cell in body), default=0.0)
        least = max((_longest(cell, font) for cell in body), default=0.0) if breaks else whole
        heading = _longest(head, BOLD)
        return cls(max(heading, least), max(heading, whole))


def grid(rows: Sequence[Sequence[str]], left: Sequence[int] = (0,), mono: Sequence[int] = ()) -> Any:
    """A table with a header, as wide as the page. The columns in `left` hold text, whose lines may break
    between words; the others numbers, which stand in one piece; those in `mono` digits of a hash."""
    register_fonts()
    fonts = [MONO if at in mono else REGULAR for at in range(len(rows[0]))]
    columns = [
        _Column.of([row[at] for row in rows], font, breaks=at in left) for at, font in enumerate(fonts)
    ]
    size = _size(columns)
    cells = [[_cell(rows[0][at], BOLD, size, at in left) for at in range(len(fonts))]]
    for row in rows[1:]:
        cells.append([_cell(cell, fonts[at], size, at in left) for at, cell in enumerate(row)])
    table = Table(cells, _widths(columns, size), repeatRows=1)
    table.setStyle(_RULES)
    return table


def _size(columns: Sequence[_Column]) -> float:
    room = WIDTH - len(columns) * (2 * _PADDING + _SLACK)
    needed = sum(column.least for column in columns)
    return next((size for size in _SIZES if needed * size <= room), _SIZES[-1])


def _widths(columns: Sequence[_Column], size: float) -> list[float]:
    """In points: what is left over makes the columns wide enough for their cells, then all of them wider."""
    edges = 2 * _PADDING + _SLACK
    least = [column.least * size + edges for column in columns]
    whole = [column.whole * size + edges for column in columns]
    widths = shared_out(least, whole, WIDTH)
    return [width * WIDTH / sum(widths) for width in widths]


def _cell(text: str, font: str, size: float, is_text: bool) -> Any:
    if not is_text and font != BOLD:
        text = text.replace(" ", "\N{NO-BREAK SPACE}")
    alignment = TA_LEFT if is_text else TA_RIGHT
    return Paragraph(escape(text), style("cell", size, fontName=font, alignment=alignment))


def _width(text: str, font: str) -> float:
    return float(pdfmetrics.stringWidth(text, font, 1.0))


def _longest(text: str, font: str) -> float:
    """Of its words."""
    return max((_width(word, font) for word in text.split()), default=0.0)
