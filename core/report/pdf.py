"""The report as a PDF: A4, with the fonts inside, plots by `core.report.figures`."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from datetime import datetime
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

from codegen.targets.board import all_boards
from core.errors import ThimbleError
from core.paths import write_atomically
from core.recipe_toml import recipe_from_dict
from core.report import figures, tables
from core.report.content import Report
from core.report.recipe_words import sentences
from core.report.units import change, percent, quantity
from core.report.verdict import method

_MARGIN = 19 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_INK, _MUTED, _RULE = colors.HexColor("#23292f"), colors.HexColor("#5b6670"), colors.HexColor("#d4d9de")
_ACCENT, _BAND = colors.HexColor("#2b6a99"), colors.HexColor("#f1f5f8")
_REGULAR, _BOLD, _MONO = "Report", "Report-Bold", "Report-Mono"


def _style(name: str, size: float, **more: Any) -> Any:
    settings = {"fontName": _REGULAR, "textColor": _INK, "leading": size * 1.42, **more}
    return ParagraphStyle(name, fontSize=size, **settings)


_TITLE = _style("title", 20, fontName=_BOLD)
_SUBTITLE = _style("subtitle", 9, textColor=_MUTED, spaceAfter=10)
_HEADING = _style("heading", 12.5, fontName=_BOLD, textColor=_ACCENT, spaceBefore=12, spaceAfter=4)
_BODY = _style("body", 9)
_NOTE = _style("note", 8, textColor=_MUTED, spaceAfter=2)
_CELL = _style("cell", 8)
_CELL_RIGHT = _style("cell-right", 8, alignment=TA_RIGHT)
_HEAD = _style("head", 8, fontName=_BOLD)
_HEAD_RIGHT = _style("head-right", 8, fontName=_BOLD, alignment=TA_RIGHT)
_RIGHT = _style("right", 9, fontName=_BOLD, textColor=colors.HexColor("#1d6b36"))
_WRONG = _style("wrong", 9, fontName=_BOLD, textColor=colors.HexColor("#b3261e"))
_BIG = _style("big", 13, fontName=_BOLD, leading=17)
_SMALL = _style("small", 7.5, textColor=_MUTED)
_HASH = _style("hash", 6.6, fontName=_MONO)


def write_pdf(report: Report, path: Path) -> None:
    """Write the PDF, whole or not at all. Raises ThimbleError ``cannot-write``, or as `pdf_bytes`."""
    write_atomically(path, pdf_bytes(report))


def pdf_bytes(report: Report) -> bytes:
    """The PDF. Raises ThimbleError ``bad-run`` when the run's record cannot be drawn."""
    _register_fonts()
    buffer = io.BytesIO()
    document = BaseDocTemplate(buffer, pagesize=A4, title=f"Thimble report: {report.title}", author="Thimble")
    frame = Frame(_MARGIN, _MARGIN, _WIDTH, A4[1] - 2 * _MARGIN, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", [frame], onPage=_footer))
    try:
        document.build(list(_story(report)))
    except (KeyError, TypeError) as error:
        what = f"the run's record in {report.folder} is not complete ({error})"
        raise ThimbleError("bad-run", what, "run it again with this version of Thimble") from error
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


# --- building blocks


def _text(words: str, style: Any = _BODY) -> Any:
    return Paragraph(escape(words), style)


def _image(png: bytes, share: float = 1.0) -> Any:
    width, height = struct.unpack(">II", png[16:24])  # the IHDR chunk of every PNG
    return Image(io.BytesIO(png), _WIDTH * share, _WIDTH * share * height / width)


def _table(rows: tables.Table, widths: Sequence[float], left: Sequence[int] = (0,)) -> Any:
    """A table with a header; the columns in `left` hold text, the others numbers. Widths are shares."""
    cells = []
    for index, row in enumerate(rows):
        styles = (_HEAD, _HEAD_RIGHT) if index == 0 else (_CELL, _CELL_RIGHT)
        cells.append([_text(cell, styles[0 if at in left else 1]) for at, cell in enumerate(row)])
    whole = sum(widths)
    table = Table(cells, [_WIDTH * width / whole for width in widths], repeatRows=1)
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


def _together(*parts: Any) -> Any:
    """The parts on one page, with air between a plot and what follows it."""
    spaced: list[Any] = []
    for part in parts:
        spaced += [part, Spacer(1, 5)] if isinstance(part, Image) else [part]
    return KeepTogether(spaced)


# --- sections


def _story(report: Report) -> Iterator[Any]:
    yield _text(f"Thimble report: {report.title}", _TITLE)
    yield Spacer(1, 4)
    yield _text(_subtitle(report), _SUBTITLE)
    yield _headlines(report)
    for section in (_summary, _recipe, _layers, _accuracy, _memory, _layers_on_board, _latency, _method):
        yield from section(report)


def _subtitle(report: Report) -> str:
    made = datetime.fromisoformat(report.made).strftime("%Y-%m-%d %H:%M")
    where = _board_title(report.board) if report.board else "not deployed yet"
    recipe = report.run["recipe"].get("name") if report.run else None
    return " · ".join(part for part in (recipe, where, f"made {made}") if part)


def _headlines(report: Report) -> Any:
    """The four figures that people look for first, and the verdict of the verification."""
    boxes: list[tuple[str, str]] = []
    if report.run is not None:
        parameters, accuracy = report.run["parameters"], report.run["accuracy"]
        boxes.append((change(parameters["before"], parameters["nonzero"]), "parameters that are not zero"))
        boxes.append((percent(accuracy["after"], 2), f"accuracy, before {percent(accuracy['before'], 2)}"))
    for title, predicted, linked, limit in tables.memory_rows(report):
        used = predicted if linked is None else linked
        boxes.append((f"{used / 1024:.1f} KiB", f"{title}, {percent(used / limit)} of the board's"))
    if report.bench is not None:
        estimated = report.bench["timing"] == "estimated"
        boxes.append(
            (
                quantity(report.bench["mean_s"], "s", 3),
                tables.CYCLE_ESTIMATE if estimated else "measured latency",
            )
        )
    cells = [[_text(value, _BIG) for value, _ in boxes], [_text(label, _SMALL) for _, label in boxes]]
    table = Table(cells, [_WIDTH / len(boxes)] * len(boxes))
    table.setStyle(TableStyle([("BACKGROUND", (0, 0), (-1, -1), _BAND), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return table


def _summary(report: Report) -> Iterator[Any]:
    if report.verified is not None:
        yield Spacer(1, 8)
        yield _text(tables.verdict(report), _RIGHT if report.verified else _WRONG)
    if report.run is not None:
        yield _together(
            _text("Before and after", _HEADING), _table(tables.before_after(report.run), (3.2, 2, 3, 2))
        )


def _recipe(report: Report) -> Iterator[Any]:
    if report.run is None:
        return
    recipe = recipe_from_dict(dict(report.run["recipe"]))
    steps = [_text(f"{place}. {words}") for place, words in enumerate(sentences(recipe), start=1)]
    yield _together(_text("What was done", _HEADING), *steps)
    if report.history:
        yield _together(
            _text("Training", _HEADING),
            _image(figures.training_curves(report.history)),
        )


def _layers(report: Report) -> Iterator[Any]:
    if report.run is None:
        return
    layers = report.run["layers"]
    note = "The scale is logarithmic: a bar that is half as long stands for far fewer parameters."
    if len(layers) > figures.LAYERS_SHOWN:
        note += f" The {figures.LAYERS_SHOWN} largest of {len(layers)} layers; all are in the CSV."
    yield _together(
        _text("Weights of each layer", _HEADING),
        _image(figures.layer_reduction(layers)),
        _text(note, _NOTE),
    )


def _accuracy(report: Report) -> Iterator[Any]:
    confusion = (report.run or {}).get("confusion")
    if not confusion:
        return
    matrices = {when: confusion[when] for when in ("before", "after") if when in confusion}
    yield _together(
        _text("Right and wrong answers", _HEADING),
        _text("Actual classes in rows, predicted ones in columns; mistakes in red.", _NOTE),
        _image(figures.confusion(matrices, confusion["classes"]), share=len(matrices) / 2),
    )
    if len(confusion["classes"]) <= 40:
        yield Spacer(1, 6)
        yield _table(tables.classes(confusion), (2, 2, 2, 2, 2, 2)[: 2 + 2 * len(matrices)])


def _memory(report: Report) -> Iterator[Any]:
    if report.plan is None:
        return
    yield _together(
        _text("Memory of the board", _HEADING),
        _image(figures.memory_bars(tables.memory_rows(report))),
        _table(tables.memory(report), (1.2, 2, 2, 2, 1.2)),
    )
    yield Spacer(1, 8)
    yield _table(tables.memory_parts(report.plan), (2, 1.3, 5), left=(0, 2))
    arena = report.plan["arena"]
    words = f"The arena holds the activations. {tables.arena_words(arena)}"
    yield _together(
        _text("Memory map of the arena", _HEADING), _text(words, _NOTE), _image(figures.memory_map(arena))
    )


def _layers_on_board(report: Report) -> Iterator[Any]:
    if report.plan is None:
        return
    yield _together(
        _text("Layers on the board", _HEADING),
        _table(tables.deployed_layers(report.plan), (2.6, 1.7, 1.5, 1.5, 1.5, 1.7, 1.6, 1.8), left=(0, 1, 2)),
    )


def _latency(report: Report) -> Iterator[Any]:
    if report.bench is None:
        return
    bench = report.bench
    estimated = bench["timing"] == "estimated"
    yield _together(
        _text("Latency and energy", _HEADING),
        _image(figures.latency(bench["times_s"], bench["mean_s"], estimated)),
        _table(tables.latency(bench), (2.5, 2, 4), left=(0, 2)),
        _text("Mean, standard deviation and standard error are over the inferences 2 to N.", _NOTE),
    )


def _method(report: Report) -> Iterator[Any]:
    yield _together(_text("Method", _HEADING), *(_text(f"• {note}", _BODY) for note in _notes(report)))
    versions = " · ".join(f"{tool} {version}" for tool, version in report.tools.items())
    yield Spacer(1, 4)
    yield _text(f"Versions: {versions}", _NOTE)
    if report.artifacts:
        rows = [["file", "bytes", "SHA-256"]]
        rows += [[a.name, f"{a.size_bytes:,}", a.sha256] for a in report.artifacts]
        yield _together(_text("Files", _HEADING), _hash_table(rows))


def _hash_table(rows: tables.Table) -> Any:
    table = _table(rows, (2.2, 1.1, 5.2), left=(0, 2))
    for row, cells in zip(table._cellvalues[1:], rows[1:], strict=True):
        row[2] = _text(cells[2], _HASH)
    return table


def _notes(report: Report) -> Iterator[str]:
    if report.run is not None:
        yield "Accuracy is the share of right answers on the test data, which are not trained on."
    if report.plan is not None:
        yield (
            "Predicted sizes come from the memory plan, before anything is compiled; linked sizes are read "
            "from the sections of the firmware's ELF file."
        )
    if report.bench is None:
        return
    if report.bench["timing"] == "estimated":
        yield (
            "Times are cycle estimates: the image runs in an emulator that counts the instructions with a "
            "table of cycles, at the board's clock. A real board differs, above all where it waits for flash."
        )
    energy = report.bench["energy"]
    if energy and energy["source"] == "estimated":
        yield (
            f"Energy is an estimate: {quantity(energy['power_w'], 'W')} times the latency. The power is from "
            f"{_power_source(report.bench['board'])}; nothing was measured."
        )
    yield method(report.bench)


def _power_source(board_id: str) -> str:
    board = all_boards().get(board_id)
    return board.power_profile.source if board and board.power_profile else "the board's power profile"


def _board_title(board_id: str) -> str:
    board = all_boards().get(board_id)
    return board.title if board else board_id
