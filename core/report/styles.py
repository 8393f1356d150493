"""Letters, colours and measures of every PDF; the fonts are inside the file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

MARGIN = 19 * mm
WIDTH = A4[0] - 2 * MARGIN
INK, MUTED, RULE = colors.HexColor("#23292f"), colors.HexColor("#5b6670"), colors.HexColor("#d4d9de")
_ACCENT, BAND = colors.HexColor("#2b6a99"), colors.HexColor("#f1f5f8")
REGULAR, BOLD, MONO = "Report", "Report-Bold", "Report-Mono"


def style(name: str, size: float, **more: Any) -> Any:
    """Of a paragraph, with letters of `size` points."""
    settings = {"fontName": REGULAR, "textColor": INK, "leading": size * 1.42, **more}
    return ParagraphStyle(name, fontSize=size, **settings)


TITLE = style("title", 20, fontName=BOLD)
SUBTITLE = style("subtitle", 9, textColor=MUTED, spaceAfter=10)
HEADING = style("heading", 12.5, fontName=BOLD, textColor=_ACCENT, spaceBefore=12, spaceAfter=4)
BODY = style("body", 9)
NOTE = style("note", 8, textColor=MUTED, spaceAfter=2)
RIGHT = style("right", 9, fontName=BOLD, textColor=colors.HexColor("#1d6b36"))
WRONG = style("wrong", 9, fontName=BOLD, textColor=colors.HexColor("#b3261e"))
BIG = style("big", 13, fontName=BOLD, leading=17)
SMALL = style("small", 7.5, textColor=MUTED)


@cache
def register_fonts() -> None:
    """Before anything is measured or drawn."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    files = ((REGULAR, "DejaVuSans"), (BOLD, "DejaVuSans-Bold"), (MONO, "DejaVuSansMono"))
    for name, file in files:
        pdfmetrics.registerFont(TTFont(name, str(folder / f"{file}.ttf")))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
