"""The report as a PDF: A4, with the fonts inside, plots by `core.report.figures`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from reportlab.platypus import Spacer, Table, TableStyle

from codegen.targets.board import Board, all_boards
from core.errors import ThimbleError
from core.paths import write_atomically
from core.pi.board import PI, pi_board
from core.recipe_toml import recipe_from_dict
from core.report import benches, energy, figures, on_pi, profile, quantization, tables
from core.report.content import Json, Report
from core.report.grid import grid
from core.report.pages import document_bytes, paragraph, picture, together
from core.report.recipe_words import sentences
from core.report.side_by_side import before_after, layers_before_after
from core.report.styles import (
    BAND,
    BIG,
    BODY,
    HEADING,
    NOTE,
    RIGHT,
    SMALL,
    SUBTITLE,
    TITLE,
    WIDTH,
    WRONG,
)
from core.report.units import change, percent, quantity
from core.report.verdict import method


def write_pdf(report: Report, path: Path) -> None:
    """Write the PDF, whole or not at all. Raises ThimbleError ``cannot-write``, or as `pdf_bytes`."""
    write_atomically(path, pdf_bytes(report))


def pdf_bytes(report: Report) -> bytes:
    """The PDF. Raises ThimbleError ``bad-run`` when the run's record cannot be drawn."""
    try:
        return document_bytes(f"Thimble report: {report.title}", _story(report))
    except (KeyError, TypeError) as error:
        what = f"the run's record in {report.folder} is not complete ({error})"
        raise ThimbleError("bad-run", what, "run it again with this version of Thimble") from error


def _story(report: Report) -> Iterator[Any]:
    yield paragraph(f"Thimble report: {report.title}", TITLE)
    yield Spacer(1, 4)
    yield paragraph(_subtitle(report), SUBTITLE)
    yield from _headlines(report)
    for section in _SECTIONS:
        yield from section(report)


def _subtitle(report: Report) -> str:
    made = datetime.fromisoformat(report.made).strftime("%Y-%m-%d %H:%M")
    where = _board_title(report.board) if report.board else "not deployed yet"
    recipe = report.run["recipe"].get("name") if report.run else None
    return " · ".join(part for part in (recipe, where, f"made {made}") if part)


def _headlines(report: Report) -> Iterator[Any]:
    """The four figures that people look for first, and the verdict of the verification."""
    boxes: list[tuple[str, str]] = []
    if report.run is not None:
        parameters, accuracy = report.run["parameters"], report.run["accuracy"]
        boxes.append((change(parameters["before"], parameters["nonzero"]), "parameters that are not zero"))
        if accuracy["after"] is not None:
            before = percent(accuracy["before"], 2)
            boxes.append((percent(accuracy["after"], 2), f"accuracy, before {before}"))
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
    if not boxes:
        return
    cells = [[paragraph(value, BIG) for value, _ in boxes], [paragraph(label, SMALL) for _, label in boxes]]
    table = Table(cells, [WIDTH / len(boxes)] * len(boxes))
    table.setStyle(TableStyle([("BACKGROUND", (0, 0), (-1, -1), BAND), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    yield table


def _summary(report: Report) -> Iterator[Any]:
    if report.verified is not None:
        yield Spacer(1, 8)
        yield paragraph(tables.verdict(report), RIGHT if report.verified else WRONG)
    if report.run is not None:
        yield together(paragraph("Before and after", HEADING), grid(before_after(report.run)))
        for found in report.run.get("warnings") or ():
            yield paragraph(found["text"], WRONG)
        for found in report.run.get("notes") or ():
            yield paragraph(found["text"], NOTE)


def _recipe(report: Report) -> Iterator[Any]:
    if report.run is None:
        return
    recipe = recipe_from_dict(dict(report.run["recipe"]))
    steps = [paragraph(f"{place}. {words}") for place, words in enumerate(sentences(recipe), start=1)]
    yield together(paragraph("What was done", HEADING), *steps)
    if report.history:
        yield together(
            paragraph("Training", HEADING),
            picture(figures.training_curves(report.history)),
        )


def _layers(report: Report) -> Iterator[Any]:
    if report.run is None:
        return
    layers = report.run["layers"]
    note = "The scale is logarithmic: a bar that is half as long stands for far fewer parameters."
    if len(layers) > figures.LAYERS_SHOWN:
        note += f" The {figures.LAYERS_SHOWN} largest of {len(layers)} layers; all are in the table."
    yield together(
        paragraph("Weights of each layer", HEADING),
        picture(figures.layer_reduction(layers)),
        paragraph(note, NOTE),
    )
    yield grid(layers_before_after(report.run))


def _accuracy(report: Report) -> Iterator[Any]:
    confusion = (report.run or {}).get("confusion")
    if not confusion:
        return
    matrices = {when: confusion[when] for when in ("before", "after") if when in confusion}
    yield together(
        paragraph("Right and wrong answers", HEADING),
        paragraph("Actual classes in rows, predicted ones in columns; mistakes in red.", NOTE),
        picture(figures.confusion(matrices, confusion["classes"])),
    )
    if len(confusion["classes"]) <= 40:
        yield Spacer(1, 6)
        yield grid(tables.classes(confusion))


def _quantization(report: Report) -> Iterator[Any]:
    loss = (report.run or {}).get("quantization_loss")
    if not loss:
        return
    yield together(
        paragraph("What quantization cost", HEADING),
        paragraph(quantization.summary(loss)),
        *(paragraph(f"• {sentence}") for sentence in loss["suggestions"]),
        picture(figures.quantization_noise(loss["layers"])),
    )
    yield grid(quantization.layers(loss), left=(0, 1))
    samples = f"10·log10(Σr² / Σ(r − q)²) of floats r and integers q, on {loss['samples']} training samples."
    yield paragraph(f"{samples} The noise of a layer includes what came from those before it.", NOTE)


def _memory(report: Report) -> Iterator[Any]:
    if report.plan is None:
        return
    yield together(
        paragraph("Memory of the board", HEADING),
        picture(figures.memory_bars(tables.memory_rows(report))),
        grid(tables.memory(report)),
    )
    yield Spacer(1, 8)
    yield grid(tables.memory_parts(report.plan), left=(0, 2))
    arena = report.plan["arena"]
    words = f"The arena holds the activations. {tables.arena_words(arena)}"
    yield together(
        paragraph("Memory map of the arena", HEADING),
        paragraph(words, NOTE),
        picture(figures.memory_map(arena)),
    )


def _layers_on_board(report: Report) -> Iterator[Any]:
    if report.plan is None:
        return
    yield together(
        paragraph("Layers on the board", HEADING),
        grid(tables.deployed_layers(report.plan), left=(0, 1, 2)),
    )


def _latency(report: Report) -> Iterator[Any]:
    if report.bench is None:
        return
    bench = report.bench
    estimated = bench["timing"] == "estimated"
    yield together(
        paragraph("Latency and energy", HEADING),
        picture(figures.latency(bench["times_s"], bench["mean_s"], estimated)),
        grid(tables.latency(bench), left=(0, 2)),
        paragraph("Mean, standard deviation and standard error are over the inferences 2 to N.", NOTE),
        *(paragraph(sentence, NOTE) for sentence in on_pi.sentences(bench)),
    )
    yield from _measured_energy(bench)
    if report.boards:
        yield together(paragraph("Boards", HEADING), grid(tables.boards(report), left=(0, 1, 2, 3, 4)))


def _benches(report: Report) -> Iterator[Any]:
    if not report.benches:
        return
    yield together(
        paragraph("Models and engines side by side", HEADING),
        grid(benches.inference_times(report.benches), left=(0, 1, 2, 8)),
        *(paragraph(note, NOTE) for note in benches.notes(report.benches)),
    )
    energies = benches.energies(report.benches)
    if energies:
        yield together(paragraph("Their energy", HEADING), grid(energies, left=(0, 1, 2, 7)))


def _measured_energy(bench: Json) -> Iterator[Any]:
    parts = []
    if energy.is_of_this_run(bench):
        parts.append(grid(energy.published_form(bench)))
    trace = (bench.get("meter") or {}).get("trace")
    if trace:
        idle_w = (bench["energy"] or {}).get("idle_w")
        parts.append(picture(figures.power_trace(trace, idle_w)))
    parts += [paragraph(sentence, NOTE) for sentence in energy.sentences(bench)]
    if parts:
        yield together(paragraph("Measured power", HEADING), *parts)


def _profile(report: Report) -> Iterator[Any]:
    if not (report.bench and report.bench.get("layers")):
        return
    yield together(
        paragraph("Cycles of each layer", HEADING),
        picture(profile.layer_cycles(report.bench)),
        grid(profile.layer_table(report.bench), left=(0, 1)),
        paragraph(profile.note(report.bench), NOTE),
    )


def _method(report: Report) -> Iterator[Any]:
    yield together(paragraph("Method", HEADING), *(paragraph(f"• {note}", BODY) for note in _notes(report)))
    versions = " · ".join(f"{tool} {version}" for tool, version in report.tools.items())
    yield Spacer(1, 4)
    yield paragraph(f"Versions: {versions}", NOTE)
    if report.artifacts:
        rows = [["file", "bytes", "SHA-256"]]
        rows += [[a.name, f"{a.size_bytes:,}", a.sha256] for a in report.artifacts]
        yield together(paragraph("Files", HEADING), grid(rows, left=(0, 2), mono=(2,)))


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
    if report.bench["energy"] and energy.is_from_profile(report.bench["energy"]):
        power = quantity(report.bench["energy"]["power_w"], "W")
        yield (
            f"Energy is an estimate: {power} times the latency. The power is from "
            f"{_power_source(report.bench['board'])}; nothing was measured."
        )
    yield method(report.bench)


#: In the order in which things are done.
_SECTIONS = (
    _summary,
    _recipe,
    _layers,
    _accuracy,
    _quantization,
    _memory,
    _layers_on_board,
    _latency,
    _profile,
    _benches,
    _method,
)


def _power_source(board_id: str) -> str:
    board = _board(board_id)
    return board.power_profile.source if board and board.power_profile else "the board's power profile"


def _board_title(board_id: str) -> str:
    board = _board(board_id)
    return board.title if board else board_id


def _board(board_id: str) -> Board | None:
    return pi_board() if board_id == PI else all_boards().get(board_id)
