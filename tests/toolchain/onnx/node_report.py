"""docs/onnx-node-tests.md, from a run: ``python -m tests.toolchain.onnx.node_report``."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import onnx

from tests.toolchain.onnx.node_cases import EXPANDED, node_cases
from tests.toolchain.onnx.node_runner import Outcome, run_cases

REPORT = Path(__file__).parents[3] / "docs" / "onnx-node-tests.md"

_HEAD = """\
# ONNX node tests

The node tests of the onnx package ({version}) through the ONNX frontend, the generated C and this computer's
compiler, each with its own tolerances. Written by `python -m tests.toolchain.onnx.node_report`; a test
holds that it is true.

{passed} of {total} node tests pass, of {operators} operators ({families} of {known} by their own tests,
the others stand in the bodies of functions). Whatever does not pass is refused with a message before
anything is built; none gives a wrong result.

A program on a board has one input and one output: computed inputs come packed in one row, outputs are put
side by side. Weights, shapes and limits are constants, as they are in exported networks.

| operator | pass | of |
|---|---:|---:|
"""


def report(outcomes: tuple[Outcome, ...]) -> str:
    """The page."""
    total = Counter(outcome.case.operator for outcome in outcomes)
    passed = Counter(outcome.case.operator for outcome in outcomes if outcome.passed)
    families = sorted(name for name in passed if name != EXPANDED)
    inside = {
        node.op_type for outcome in outcomes if outcome.passed for node in outcome.case.model.graph.node
    }
    text = _HEAD.format(
        version=onnx.__version__,
        passed=sum(passed.values()),
        total=len(outcomes),
        operators=len(inside | set(families)),
        families=len(families),
        known=len([name for name in total if name != EXPANDED]),
    )
    rows = [f"| {name} | {passed[name]} | {total[name]} |\n" for name in (*families, EXPANDED)]
    return (
        text + "".join(rows) + "\n## What is refused, of these operators\n\n" + _refusals(outcomes, families)
    )


def _refusals(outcomes: tuple[Outcome, ...], families: list[str]) -> str:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        if outcome.refused and outcome.case.operator in families:
            found[outcome.case.operator][_reason(outcome.why)] += 1
    lines = []
    for name in sorted(found):
        reasons = "; ".join(f"{why} ({count})" for why, count in sorted(found[name].items()))
        lines.append(f"- {name}: {reasons}\n")
    return "".join(lines)


def _reason(why: str) -> str:
    """The message without the layer's name, and without the sizes of the case."""
    text = why.split(") ", maxsplit=1)[-1] if why.startswith("layer ") else why
    return text.split("[", maxsplit=1)[0].split("'", maxsplit=1)[0].strip() if "[" in text else text


def main() -> None:
    with tempfile.TemporaryDirectory() as work:
        outcomes = run_cases(node_cases(), Path(work))
    for outcome in outcomes:
        if not outcome.passed and not outcome.refused:
            print(f"WRONG {outcome.case.name}: {outcome.why}")
    REPORT.write_text(report(outcomes), encoding="utf-8")
    print(f"{sum(outcome.passed for outcome in outcomes)} of {len(outcomes)} pass; see {REPORT.name}")


if __name__ == "__main__":
    main()
