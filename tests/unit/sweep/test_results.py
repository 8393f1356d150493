"""What a sweep says: summary, CSV files, tables, plots, report."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.compress.findings import Finding
from core.compress.run_files import RECORD
from core.errors import ThimbleError
from core.report.drawing import PlotFormat, file_bytes, png
from core.sweep.csv_files import points_csv, summary_csv
from core.sweep.output import write_report
from core.sweep.plots import PLOTS, find_plot
from core.sweep.report import report_bytes
from core.sweep.result import point_from_json
from core.sweep.results import Published, doubts_of
from core.sweep.summary import Spread, cells_of
from core.sweep.tables import TABLES, find_table, rendered
from tests.unit.sweep.sample import points, results

#: Those that read the folders of runs are tested with real runs.
DRAWN_FROM_POINTS = ("relative-accuracy", "quantization-loss", "board-memory", "accuracy-loss")


def test_mean_and_standard_deviation_have_their_root() -> None:
    assert Spread.of([1.0, 3.0]) == Spread(2.0, pytest.approx(2.0**0.5))
    assert Spread.of([5.0]) == Spread(5.0, None)


def test_cells_are_points_without_their_seed() -> None:
    cells = cells_of(points())
    assert len(cells) == 10
    assert all(len(cell.points) + len(cell.failed) == 2 for cell in cells)
    half = next(c for c in cells if c.cell.sparsity == 0.5 and c.cell.quantize == "int8")
    assert half.spread("lost_by_quantization") == Spread(pytest.approx(0.02), pytest.approx(0.0, abs=1e-9))
    assert half.spread("accuracy_float").mean == pytest.approx(0.945)
    assert half.spread("relative_accuracy").mean == pytest.approx((0.93 + 0.92 / 0.99) / 2)


def test_points_come_back_from_json() -> None:
    for point in points():
        assert point_from_json(json.loads(json.dumps(point.to_json()))) == point


def test_one_line_a_run() -> None:
    rows = list(csv.DictReader(points_csv(points()).splitlines()))
    assert len(rows) == 20
    failed = [row for row in rows if row["state"] == "failed"]
    assert len(failed) == 4
    assert {row["reason"] for row in failed} == {"it cannot be removed"}
    first = rows[0]
    assert first["size_tflite"] == "4000"
    assert first["virtual-nano fits"] == "False"
    assert float(first["virtual-pico latency_s estimated"]) == 0.004


def test_one_line_a_cell() -> None:
    rows = list(csv.DictReader(summary_csv(points()).splitlines()))
    assert [(row["runs"], row["failed"]) for row in rows].count(("0", "2")) == 2
    int8 = next(row for row in rows if row["sparsity"] == "0.9" and row["quantize"] == "int8")
    assert float(int8["remaining mean"]) == pytest.approx(0.1)
    assert float(int8["accuracy std"]) == pytest.approx(0.01 / 2**0.5)


@pytest.mark.parametrize("kind", TABLES)
def test_every_table(kind: str) -> None:
    table = find_table(kind)
    shown = rendered(kind, table, results())
    assert len({len(row) for row in shown.rows}) == 1
    assert len(shown.rows) > 3
    assert set(table.text) <= set(table.columns)
    row = dict.fromkeys(table.columns, "said")
    beside = rendered(kind, table, results({kind: Published("the paper", (row,))}))
    assert beside.rows[0][0] == "from"
    assert [row[0] for row in beside.rows[1:]] == ["ours"] * (len(shown.rows) - 1) + ["published"]
    assert set(beside.rows[-1][1:]) == {"said"}
    assert "the paper" in beside.note


def test_the_table_of_boards_says_what_does_not_fit_or_cannot_be_built() -> None:
    rows = rendered("boards", find_table("boards"), results()).rows
    how = {(row[0], row[1], row[3]): row[-1] for row in rows[1:]}
    assert how["unpruned", "int8", "virtual-pico"] == "estimated"
    assert how["unpruned", "int8", "virtual-nano"] == "does not fit"
    assert how["90 %", "int8", "virtual-nano"] == "cannot be built"


@pytest.mark.parametrize("kind", DRAWN_FROM_POINTS)
def test_plots_of_points(kind: str) -> None:
    (figure,) = find_plot(kind).draw(results())
    assert png(figure)[:4] == b"\x89PNG"
    assert b"<svg" in file_bytes(figure, PlotFormat.SVG)
    assert file_bytes(figure, PlotFormat.PDF)[:5] == b"%PDF-"


def test_every_confusion_matrix_is_drawn(tmp_path: Path) -> None:
    found = replace(results(), out=tmp_path)
    confusion = {"classes": ["a", "b"], "after": [[3, 1], [0, 4]]}
    for cell in found.cells:
        folder = tmp_path / cell.points[0].where.folder
        folder.mkdir(parents=True)
        (folder / RECORD).write_text(json.dumps({"confusion": confusion}))
    titles = [axes.get_title() for one in find_plot("confusion").draw(found) for axes in one.axes]
    assert len([title for title in titles if title]) == len(found.cells) > 4
    assert len(set(filter(None, titles))) == len(found.cells)


def test_doubts_about_the_model_are_said_once(tmp_path: Path) -> None:
    doubt = {"code": "near-chance", "text": "it guesses"}
    for point in points():
        (tmp_path / point.where.folder).mkdir(parents=True)
        record = {"warnings": [doubt, {"code": "broken", "text": "of this run alone"}]}
        (tmp_path / point.where.folder / RECORD).write_text(json.dumps(record))
    assert doubts_of(tmp_path, points()) == (Finding(**doubt),)


def test_the_report_has_everything() -> None:
    found = replace(results(), warnings=(Finding("near-chance", "it guesses"),))
    tables = {kind: rendered(kind, find_table(kind), found) for kind in TABLES}
    pictures = {kind: [png(figure) for figure in PLOTS[kind].draw(found)] for kind in DRAWN_FROM_POINTS[:1]}
    content = report_bytes(found, tables, pictures)
    assert content[:5] == b"%PDF-"
    assert len(content) > 20_000


@pytest.mark.parametrize(
    ("content", "words"),
    [('{"state": "running"}', "has not ended"), ("{", "cannot be read"), ("[1]", "cannot be read")],
)
def test_a_sweep_that_has_not_ended_has_no_report(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "sweep.json").write_text(content)
    with pytest.raises(ThimbleError, match=words) as caught:
        write_report(tmp_path, tmp_path / "report.pdf")
    assert caught.value.code == "bad-run"
    assert not (tmp_path / "report.pdf").exists()
