"""The node tests of the onnx package: what the compiler takes is right, and as much as the page says."""

from __future__ import annotations

import re

import pytest

from tests.toolchain.onnx.node_cases import node_cases
from tests.toolchain.onnx.node_report import REPORT
from tests.toolchain.onnx.node_runner import Outcome, run_cases

pytestmark = pytest.mark.toolchain


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory) -> tuple[Outcome, ...]:
    return run_cases(node_cases(), tmp_path_factory.mktemp("nodes"))


def test_what_is_compiled_is_right(outcomes):
    wrong = {o.case.name: o.why for o in outcomes if not o.passed and not o.refused}
    assert wrong == {}


def test_what_is_refused_is_told_with_words(outcomes):
    assert all(o.why for o in outcomes if o.refused)


def test_as_many_pass_as_the_page_says(outcomes):
    """After more have been made to pass: `python -m tests.toolchain.onnx.node_report`."""
    rows = re.findall(r"^\| ([\w ]+) \| (\d+) \| \d+ \|$", REPORT.read_text(encoding="utf-8"), re.MULTILINE)
    passing = [o.case.operator for o in outcomes if o.passed]
    fewer = {name: passing.count(name) for name, count in rows if passing.count(name) < int(count)}
    assert len(rows) > 1
    assert fewer == {}
