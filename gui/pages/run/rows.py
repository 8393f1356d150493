"""The table of a run: what it was before, and what it is now. Older runs know less: their cells are empty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gui.words import bytes_text, number, percent, tr

Row = tuple[str, str, str]
Run = dict[str, Any]


def before_and_after(run: Run) -> list[Row]:
    """Name, before, after. `run` has the fields of ``compress --json``."""
    accuracy, parameters, sizes = run["accuracy"], run["parameters"], run["size_bytes"]
    before, after = (_part(run, part) for part in ("before", "after"))
    right = [tr("not tested") if accuracy[when] is None else percent(accuracy[when]) for when in accuracy]
    rows = [(tr("Right answers (test pictures)"), right[0], right[1])]
    rows += _evaluation(run)
    rows += [
        (tr("Parameters"), number(parameters["before"]), number(parameters["after"])),
        _counted(tr("Parameters that are not zero"), "nonzero", before, after, parameters),
        _counted(tr("Different weights, summed over the layers"), "unique", before, after, parameters),
    ]
    macs = run.get("macs")
    if macs:
        rows.append((tr("Multiplications for one picture"), number(macs["before"]), number(macs["after"])))
    room = run.get("footprint") or {}
    was, now = room.get("before") or {}, room.get("after") or {}
    rows += [
        (tr("Keras file"), _size(was.get("keras")), _size(now.get("keras")) or bytes_text(sizes["keras"])),
        (tr("Keras file with the optimizer's memory"), *_both(was, now, "keras_with_optimizer_bytes")),
        (
            tr("TFLite file"),
            _size(was.get("tflite")),
            _size(now.get("tflite")) or bytes_text(sizes["tflite"]),
        ),
        (
            tr("TFLite file, gzip"),
            _size(was.get("tflite"), "gzip_bytes"),
            _size(now.get("tflite"), "gzip_bytes") or bytes_text(sizes["tflite_gzip"]),
        ),
        *_boards(was, now),
    ]
    return [row for row in rows if row[1] or row[2]]


def _part(run: Run, part: str) -> dict[str, Any]:
    return dict((run.get("counts") or {}).get(part) or {})


def _counted(
    name: str, key: str, before: dict[str, Any], after: dict[str, Any], parameters: dict[str, Any]
) -> Row:
    was, now = before.get(key), after.get(key, parameters.get(key))
    return (name, "" if was is None else number(was), "" if now is None else number(now))


def _evaluation(run: Run) -> list[Row]:
    parts = [(run.get("evaluation") or {}).get(part) or {} for part in ("before", "after")]
    words: list[tuple[str, str, Callable[[float], str]]] = [
        (tr("Macro precision"), "macro_precision", percent),
        (tr("Loss on the test pictures"), "loss", lambda loss: number(loss, 4)),
    ]
    return [
        (name, *("" if part.get(key) is None else text(part[key]) for part in parts))  # type: ignore[misc]
        for name, key, text in words
    ]


def _boards(was: dict[str, Any], now: dict[str, Any]) -> list[Row]:
    """Flash and SRAM that the planner predicts for the C code."""
    earlier = {board["board"]: board for board in was.get("boards") or ()}
    rows = []
    for board in now.get("boards") or ():
        before = earlier.get(board["board"], {})
        for memory, key in ((tr("Flash"), "flash_bytes"), (tr("SRAM"), "sram_bytes")):
            name = tr("{memory} on: {board} (predicted)").format(memory=memory, board=board["title"])
            rows.append((name, _bytes(before.get(key)), _bytes(board.get(key))))
    return rows


def _both(was: dict[str, Any], now: dict[str, Any], key: str) -> tuple[str, str]:
    return _bytes(was.get(key)), _bytes(now.get(key))


def _size(file: dict[str, Any] | None, key: str = "size_bytes") -> str:
    return "" if not file else _bytes(file.get(key))


def _bytes(count: int | None) -> str:
    return "" if count is None else bytes_text(count)
