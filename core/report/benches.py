"""Measurements side by side, in the tables of the papers that they repeat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from codegen.targets.board import all_boards
from core.report.bench_record import ways
from core.report.content import Json
from core.report.energy import published_form, source
from core.report.on_pi import is_plain

Table = list[list[str]]

_TIMED = {"inference": "inference alone", "disk-to-class": "from disk to class"}
#: A way to measure that `inference_times` has in a column of its own.
_TIMED_AS = "timed"
#: Characters that this way has in a table.
_HASH, _SHOWN = "SHA-256", 12


def inference_times(benches: Sequence[Json]) -> Table:
    """Models and engines with the first inference, and the mean, standard deviation and standard error of
    those after it, in ms (Ameen et al. 2023; the standard deviation with its root)."""
    table = [["model", "where", "engine", "first (ms)", "mean (ms)", "std (ms)", "stderr (ms)", "N", "timed"]]
    for record in benches:
        bench = record["bench"]
        first_s = bench.get("first_inference_s", bench["first_s"])
        times = (first_s, bench["mean_s"], bench["std_s"], bench["stderr_s"])
        cells = (f"{1e3 * time_s:.4g}" for time_s in times)
        timed = _timed(bench) + "".join(_apart(record, benches, told=_TIMED_AS)) + marks(bench)
        table.append(
            [
                model_name(record),
                where(bench),
                engine(bench),
                *cells,
                str(bench["runs"]),
                timed,
            ]
        )
    return table


def energies(benches: Sequence[Json]) -> Table:
    """Latency, power and energy (Deutel et al. 2022), where a power is known; empty without any."""
    table: Table = []
    for record in benches:
        bench = record["bench"]
        if not bench["energy"]:
            continue
        heading, cells = published_form(bench)
        if not table:
            table.append(["model", "where", "engine", *heading, "source"])
        told = source(bench["energy"]) + "".join(_apart(record, benches)) + marks(bench)
        table.append([model_name(record), where(bench), engine(bench), *cells, told])
    return table


def title(record: Json, benches: Sequence[Json]) -> str:
    """What was measured, where, with what, and what sets it apart from the others of `benches`."""
    return ", ".join(_looks(record)) + "".join(_apart(record, benches))


def model_name(record: Json) -> str:
    """The file, with its folder where all files of runs are called the same."""
    path = Path(record["model"])
    return f"{path.parent.name}/{path.name}" if path.stem == "model" and path.parent.name else path.name


def where(bench: Json) -> str:
    """The board's title; of a Pi, its model."""
    if bench.get("pi"):
        return str(bench["pi"]["title"])
    board = all_boards().get(bench["board"])
    return board.title if board else str(bench["board"])


def engine(bench: Json) -> str:
    """What computed; where it stood in for another, that is said."""
    asked = bench.get("asked_engine", bench["engine"])
    return str(bench["engine"]) if asked == bench["engine"] else f"{bench['engine']} instead of {asked}"


def _apart(record: Json, benches: Sequence[Json], told: str = "") -> Iterator[str]:
    """In what it differs from measurements that would look the same; the way called `told` stands beside."""
    alike = [_ways(other) for other in benches if _looks(other) == _looks(record)]
    for way, value in _ways(record).items():
        if way != told and value is not None and any(other[way] != value for other in alike):
            yield f"; {way} {str(value)[:_SHOWN] if way == _HASH else value}"


def _ways(record: Json) -> Json:
    return {_TIMED_AS: _timed(record["bench"]), **ways(record)}


def _timed(bench: Json) -> str:
    return _TIMED[bench.get("timed", "inference")]


def _looks(record: Json) -> tuple[str, ...]:
    return (model_name(record), where(record["bench"]), engine(record["bench"]))


def marks(bench: Json) -> str:
    """What makes a measurement a lesser one."""
    facts = bench.get("facts") or {}
    found = (
        ("cycle estimate", bench["timing"] == "estimated"),
        ("not verified", not bench["verified"]),
        ("throttled", bool(facts.get("throttled"))),
        ("partial", bool(bench.get("partial"))),
        ("XNNPACK took nothing", is_plain(bench)),
    )
    return "".join(f"; {words}" for words, holds in found if holds)


def notes(benches: Sequence[Json]) -> Iterator[str]:
    """What has to be known of the tables."""
    yield (
        "First: the first inference, on a Raspberry Pi without loading the model. Mean, standard deviation"
        " and standard error are over the inferences 2 to N."
    )
    for record in benches:
        bench = record["bench"]
        if bench.get("instead"):
            yield f"{model_name(record)}: {bench['instead']}; {bench['engine']} was measured instead."
        if (bench["energy"] or {}).get("of_this_run") is False:
            yield f"{model_name(record)}, {where(bench)}: {bench['energy']['note']}."
        throttled_by = bench.get("throttled_by")
        if throttled_by:
            yield f"{model_name(record)}, {engine(bench)}: slowed down by {', '.join(throttled_by)}."
