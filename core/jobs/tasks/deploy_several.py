"""One build on several boards side by side: a class, a shelf, a few virtual boards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.boards.catalogue import board_named
from core.boards.side_by_side import Alone, Outcome, Station, run_side_by_side, stations_of
from core.errors import ThimbleError
from core.jobs.context import JobContext
from core.jobs.priority import lowered
from core.jobs.tasks.deploy import PREPARED, kept, prepare, run_on_board


def deploy_several(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params as of `deploy`, with `ports` (ports, drives, serial numbers or names; empty: every board of the
    kind that is plugged in) or, for a virtual board, `count`, in the place of `port`.

    Result as of `deploy`, of the first board that ran the program, but verified when every board is; and
    `boards`, for each: board (what tells it from the others), title, where, serial_number, name, placed,
    verified, bench, accuracy_on_board, labelled_samples, and error (code, what, hint) where it failed.
    Partials `board` and `inference` as `run_side_by_side` tells them.

    Raises as `deploy` does, and ``no-board-ran``.
    """
    board = board_named(params["board"])
    stations = stations_of(board, params.get("ports") or (), int(params.get("count") or 1))
    prepared = lowered(lambda: prepare(params, context.section(0.0, PREPARED)))

    def work(station: Station, own: JobContext, alone: Alone) -> dict[str, Any]:
        return run_on_board(prepared, station.port, own, alone)

    outcomes = run_side_by_side(stations, work, context.section(PREPARED, 1.0))
    ran = [outcome.result for outcome in outcomes if outcome.result is not None]
    if not ran:
        raise _none_ran(outcomes)
    result = {
        **prepared.to_json(),
        **ran[0],
        "verified": len(ran) == len(outcomes) and all(result["verified"] for result in ran),
        "boards": [_told(outcome) for outcome in outcomes],
    }
    return kept(params, result)


def _told(outcome: Outcome) -> dict[str, Any]:
    station, result, failure = outcome.station, outcome.result or {}, outcome.failure
    return {
        "board": station.key,
        "title": station.title,
        "where": result.get("port") or station.where,
        "serial_number": result.get("serial_number") or station.serial_number,
        "name": result.get("name") or station.name,
        "placed": result.get("placed"),
        "verified": bool(result.get("verified")),
        "bench": result.get("bench"),
        "accuracy_on_board": result.get("accuracy_on_board"),
        "labelled_samples": result.get("labelled_samples"),
        "error": None if failure is None else failure.to_json(),
    }


def _none_ran(outcomes: Sequence[Outcome]) -> ThimbleError:
    failures = [(o.station.where, o.failure) for o in outcomes if o.failure is not None]
    words = "; ".join(f"{where}: {failure.what}" for where, failure in failures)
    return ThimbleError(
        "no-board-ran", f"none of {len(outcomes)} boards ran it: {words}", failures[0][1].hint
    )
