"""The tables of the PDF as rows of text, apart from how they are drawn."""

from __future__ import annotations

import statistics

from core.report import energy
from core.report.content import Json, Report
from core.report.rows import LATENCY
from core.report.units import number, percent, quantity
from core.report.verdict import verdict as verdict_of

Table = list[list[str]]
#: Shown under an estimate, wherever one stands.
CYCLE_ESTIMATE = "cycle estimate"


def planned_memory(plan: Json, build: Json | None = None) -> list[tuple[str, int, int | None, int]]:
    """(name, predicted, linked or None, limit) for flash and SRAM, in bytes."""
    return [
        (
            title,
            int(plan[memory]["total"]),
            int(build[f"{memory}_bytes"]) if build else None,
            int(plan[memory]["limit"]),
        )
        for memory, title in (("flash", "Flash"), ("sram", "SRAM"))
    ]


def memory_rows(report: Report) -> list[tuple[str, int, int | None, int]]:
    """`planned_memory` of the report; empty when nothing was planned."""
    return planned_memory(report.plan, report.build) if report.plan is not None else []


def memory(report: Report) -> Table:
    """Flash and SRAM: predicted, linked, the board's limit, the share used."""
    table = [["", "predicted", "linked", "limit", "used"]]
    for title, predicted, linked, limit in memory_rows(report):
        shown = "not built" if linked is None else f"{linked:,} bytes"
        used = percent((linked if linked is not None else predicted) / limit)
        table.append([title, f"{predicted:,} bytes", shown, f"{limit:,} bytes", used])
    return table


def memory_parts(plan: Json) -> Table:
    """What flash and SRAM are made of."""
    table = [["", "bytes", "what it is"]]
    words = {
        ("flash", "weights"): "weights, biases and requantization tables",
        ("flash", "code"): "kernels, model code and firmware",
        ("sram", "arena"): "activations while the model runs",
        ("sram", "scratch"): "working memory of kernels outside the arena",
        ("sram", "static"): "variables, and code and weights copied to RAM",
        ("sram", "stack"): "reserved for the stack",
    }
    for (part, name), meaning in words.items():
        label = f"{'Flash' if part == 'flash' else 'SRAM'}: {name}"
        table.append([label, number(plan[part][name]), meaning])
    return table


def deployed_layers(plan: Json) -> Table:
    """Each layer as it is on the board."""
    table = [
        ["layer", "operator", "storage", "weights", "not zero", "MACs", "flash (bytes)", "cycles (est.)"]
    ]
    for layer in plan["layers"]:
        has_weights = layer["params"] > 0
        table.append(
            [
                str(layer["name"]),
                str(layer["op"]),
                str(layer["encoding"]) if has_weights else "–",
                number(layer["params"]) if has_weights else "–",
                number(layer["nonzero"]) if has_weights else "–",
                number(layer["macs"]) if layer["macs"] else "–",
                number(layer["flash"]),
                number(layer["cycles"]),
            ]
        )
    return table


def latency(bench: Json) -> Table:
    """Statistics of the latency, and the energy of one inference, with what they are."""
    timing = CYCLE_ESTIMATE if bench["timing"] == "estimated" else "measured"
    table = [["", "value", "how it was got"]]
    for name, words in LATENCY.items():
        if name in bench:
            table.append([f"latency, {words}", quantity(bench[name], "s"), timing])
    table += _waits(bench, timing) + _windows(bench, timing) + _memory_and_wire(bench)
    return table + (energy.rows(bench["energy"]) if bench["energy"] else [])


def boards(report: Report) -> Table:
    """The boards that ran the program, one a row; only the heading where they cannot be told apart."""
    table = [["board", "serial number", "port", "latency, mean", "outputs"]]
    for board in report.boards:
        bench, error = board.get("bench"), board.get("error")
        mean = "–"
        if bench:
            guessed = f" ({CYCLE_ESTIMATE})" if bench["timing"] == "estimated" else ""
            mean = quantity(bench["mean_s"], "s") + guessed
        ended = "verified" if board["verified"] else "not verified"
        called = board.get("name") or board.get("title") or (report.board or "")
        words = str(error["what"]) if error else ended
        table.append([called, board.get("serial_number") or "–", board.get("where") or "–", mean, words])
    return table


def _waits(bench: Json, timing: str) -> Table:
    """What of the mean the CPU waited for a flash chip that it computes from."""
    waits, clock_hz = bench.get("xip_cycles") or [], (bench.get("facts") or {}).get("clock_hz")
    if not any(waits) or not clock_hz:
        return []
    mean_s = statistics.fmean(waits[1:]) / clock_hz
    return [["of the mean, waiting for the flash", quantity(mean_s, "s"), f"{timing} of its cache"]]


def _memory_and_wire(bench: Json) -> Table:
    """The stack that was used, and what the connection carried beside the data."""
    rows: Table = []
    if bench.get("stack_bytes") is not None:
        rows.append(["stack, at most", f"{number(bench['stack_bytes'])} bytes", "measured by painting it"])
    if bench.get("protocol_bytes") is not None:
        size = f"{number(bench['protocol_bytes'])} bytes"
        rows.append(["protocol, beside input and output", size, "counted, of one inference"])
    return rows


def _windows(bench: Json, timing: str) -> Table:
    windows = bench.get("windows")
    if not windows:
        return []
    how = f"{timing}, median of {len(windows['windows'])} windows of at least {windows['window_s']:g} s"
    return [["inferences per second", f"{windows['median_per_s']:.4g}", how]]


def classes(confusion: Json) -> Table:
    """Recall and precision of each class before and after, from the confusion matrices."""
    kinds = [when for when in ("before", "after") if when in confusion]
    header = ["class", "test samples"]
    for when in kinds:
        header += [f"recall {when}", f"precision {when}"]
    table = [header]
    for index, name in enumerate(confusion["classes"]):
        row = [str(name), number(sum(confusion[kinds[0]][index]))]
        for when in kinds:
            matrix = confusion[when]
            hit, actual = matrix[index][index], sum(matrix[index])
            predicted = sum(line[index] for line in matrix)
            row += [
                percent(hit / actual) if actual else "–",
                percent(hit / predicted) if predicted else "–",
            ]
        table.append(row)
    return table


_PROOFS = {
    "lower-bound": "so many are alive together in one step, and no arrangement takes fewer",
    "search": "all arrangements that could take fewer were tried, and none does",
    "none": "whether an arrangement takes fewer is not known",
}


def arena_words(arena: Json) -> str:
    """How large the arena is, and whether it could be smaller. Records of earlier versions do not say what
    was proven."""
    words = (
        f"The arena takes {arena['bytes']:,} bytes with the planner “{arena['planner']}”: "
        f"{_PROOFS[arena.get('proof', 'none')]}."
    )
    if arena["bytes"] == arena["lower_bound"]:
        return words
    bound = f"{arena['lower_bound']:,}"
    return f"{words} The tensors alone need at least {bound}; the rest is scratch memory and gaps."


def verdict(report: Report) -> str:
    """Whether the board computes what it should, in words."""
    bench = report.bench or {}
    if not report.verified:
        return verdict_of(bench, verified=False)
    words = verdict_of(bench, verified=True)
    if bench:
        words += f" {bench['runs']:,} inferences were compared."
    if report.accuracy_on_board is not None:
        words += f" Accuracy of these answers: {percent(report.accuracy_on_board, 2)}."
    return words
