"""Sentences of the Deploy page."""

from __future__ import annotations

from typing import Any

from core.boards.agreement import Rule
from core.boards.put import Put
from core.report.verdict import compared, rule_of
from gui.words import energy, latency, number, percent, tr


def verdict_words(result: dict[str, Any]) -> str:
    """Whether the answers were right, and how many of the samples were."""
    bench, verified = result["bench"], bool(result["verified"])
    words = _verdict_of_all(result["boards"]) if "boards" in result else _verdict(bench, verified)
    on_board = result.get("accuracy_on_board")
    if on_board is None:
        return words
    count = result.get("labelled_samples") or bench["runs"]
    right = tr("Right in {share} of {count} test samples, drawn at random.")
    return words + " " + right.format(share=percent(on_board), count=number(count))


def _verdict(bench: dict[str, Any], verified: bool) -> str:
    if not compared(bench):
        return tr(
            "✗ Not verified: no answer is clear enough to be compared. Take a trained model, or other data."
        )
    if not verified:
        return tr("✗ Not verified: the board gave other answers than it should. Do not use this build.")
    if rule_of(bench) is Rule.BYTES:
        return tr("✓ Verified: every answer of the board is exactly what it should be.")
    if rule_of(bench) is Rule.TOLERANCE:
        return tr("✓ Verified: every answer of the board is right within the rounding of floats.")
    return tr("✓ Verified: every clear answer of the board is what it should be.")


def _verdict_of_all(boards: list[dict[str, Any]]) -> str:
    bad = sum(not board["verified"] for board in boards)
    if bad:
        words = tr("✗ {bad} of {all} boards failed: the list above says why. The numbers are of the first.")
    else:
        words = tr("✓ Verified on all {all} boards. The numbers are of the first.")
    return words.format(bad=bad, all=len(boards))


def put_words(told: dict[str, Any]) -> str:
    """How a board came to run the program, from its result; empty where nothing has to be flashed."""
    placed = told.get("placed")
    if placed is None:
        return ""
    return {
        Put.RAN_ALREADY: tr("It ran there already."),
        Put.FLASHED: tr("Flashed."),
        Put.REPLACED_OTHER: tr("Flashed over another program."),
        Put.REPLACED_UNKNOWN: tr("Flashed over whatever was there."),
    }[Put(placed)]


def facts(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Names and values of what was measured."""
    bench = result["bench"]
    estimated = tr(" (estimate)") if bench["timing"] == "estimated" else ""
    found = [
        (tr("Mean"), latency(bench["mean_s"]) + estimated),
        (tr("Median"), latency(bench["median_s"]) + estimated),
        (tr("Spread (std)"), latency(bench["std_s"]) + estimated),
        (tr("Fastest"), latency(bench["min_s"]) + estimated),
        (tr("Slowest"), latency(bench["max_s"]) + estimated),
        (tr("First"), latency(bench["first_s"]) + estimated),
    ]
    power = bench.get("energy")
    if power:
        guessed = tr(" (estimate)") if power["source"] == "estimated" else ""
        found.append((tr("Energy each"), energy(power["energy_j"]) + guessed))
        found.append((tr("Power"), tr("{n} mW").format(n=number(1e3 * power["power_w"], 0)) + guessed))
    found.append((tr("Inferences"), number(bench["runs"])))
    if placed := put_words(result):
        found.append((tr("Program"), placed))
    return found
