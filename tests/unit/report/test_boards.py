"""The boards of a deployment in the report: which ones, and how each of them ended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.report import tables
from core.report.collect import collect
from core.report.deploy_record import save_deploy
from core.report.rows import rows
from tests.unit.report.sample_run import deploy_record

RECORD = deploy_record(5)
BENCH = RECORD["bench"]
FAILED = {"code": "board-gone", "what": "it was unplugged", "hint": "plug it in"}


def report_of(folder: Path, deploy: dict[str, Any]) -> Any:
    (folder / "model.tflite").write_bytes(b"model")
    plan = {**RECORD["plan"], "model": str(folder / "model.tflite")}
    save_deploy(folder, {**RECORD, "plan": plan, **deploy})
    return collect(folder)


def test_a_board_with_a_name_is_named(tmp_path: Path) -> None:
    report = report_of(tmp_path, {"port": "COM3", "serial_number": "A1", "name": "Anna"})
    found = {row.name: row.value for row in rows(report) if row.section == "board"}
    assert (found["name"], found["serial number"], found["port"]) == ("Anna", "A1", "COM3")
    assert tables.boards(report)[1][0] == "Anna"


def test_several_boards_have_a_row_each_and_one_that_failed_says_why(tmp_path: Path) -> None:
    good = {"title": "Pico", "where": "COM3", "serial_number": "A1", "name": "", "verified": True}
    bad = {**good, "where": "COM4", "serial_number": "B2", "verified": False, "bench": None, "error": FAILED}
    boards = [{**good, "bench": BENCH, "error": None}, bad]
    report = report_of(tmp_path, {"verified": False, "boards": boards})
    assert report.verified is BENCH["verified"]  # of the first: the other one gave no wrong answer
    table = tables.boards(report)
    assert [line[1] for line in table[1:]] == ["A1", "B2"]
    assert [line[-1] for line in table[1:]] == ["verified", "it was unplugged"]
    assert [row.value for row in rows(report) if row.name == "failed"] == ["it was unplugged"]


def test_a_virtual_board_needs_no_table(tmp_path: Path) -> None:
    assert report_of(tmp_path, {"port": None, "serial_number": "", "name": ""}).boards == ()


def test_the_record_has_a_line_a_field_whatever_the_number_of_runs(tmp_path: Path) -> None:
    bench = {**BENCH, "times_s": [0.25] * 10_000}
    report_of(tmp_path, {"bench": bench, "placed": "flashed"})
    text = (tmp_path / "deploy.json").read_text(encoding="utf-8")
    assert json.loads(text)["bench"] == bench
    assert '\n "placed": "flashed"' in text
    assert len(text.splitlines()) < 200
