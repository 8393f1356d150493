"""Every number of a report as tidy rows: the CSV file, and the source of the tables in the PDF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.report.benches import marks, title
from core.report.content import Json, Report
from core.report.energy import source as source_of_energy
from core.report.verdict import statement


@dataclass(frozen=True, slots=True)
class Row:
    """One value. `item` is the layer, class, buffer or inference it belongs to, or empty.

    `source` says how a quantity of a board was got: ``measured``, ``estimated``, ``predicted``, ``linked``;
    an energy also ``measured, not of this run``.
    """

    section: str
    item: str
    name: str
    value: str | int | float | bool
    unit: str = ""
    source: str = ""


def rows(report: Report) -> list[Row]:
    """All rows of the report, sections in the order in which things were done."""
    found = [Row("report", "", "model", report.title), Row("report", "", "made", report.made)]
    if report.run is not None:
        found += _compress(report.run)
        found += _training(report.history)
    if report.plan is not None:
        found += _plan(report.plan)
    if report.build is not None:
        found += _build(report.build)
    if report.bench is not None:
        found += _bench(report.bench)
    for number, board in enumerate(report.boards, start=1):
        found += _board(str(number), board)
    found += _benches(report)
    if report.verified is not None:
        found.append(Row("verification", "", statement(report.bench or {}, verified=True), report.verified))
    if report.accuracy_on_board is not None:
        found.append(Row("verification", "", "accuracy on the board", report.accuracy_on_board, "fraction"))
    for artifact in report.artifacts:
        found.append(Row("artifact", artifact.name, "size", artifact.size_bytes, "bytes"))
        found.append(Row("artifact", artifact.name, "sha256", artifact.sha256))
    found += [Row("tool", tool, "version", version) for tool, version in report.tools.items()]
    return found


def _compress(run: Json) -> Iterator[Row]:
    for when in ("before", "after"):
        if run["accuracy"][when] is not None:  # there were data
            yield Row("compress", "", f"accuracy {when}", run["accuracy"][when], "fraction")
        yield Row("compress", "", f"parameters {when}", run["parameters"][when], "parameters")
        yield Row("compress", "", f"macs {when}", run["macs"][when], "multiply-accumulates")
    for name in ("nonzero", "unique"):
        yield Row("compress", "", f"parameters {name}", run["parameters"][name], "parameters")
    for name, size in run["size_bytes"].items():
        yield Row("compress", "", f"size {name}", size, "bytes")
    yield from _side_by_side(run)
    for kind in ("warnings", "notes"):
        for found in run.get(kind) or ():
            yield Row("compress", found["code"], kind.removesuffix("s"), found["text"])
    for layer in run["layers"]:
        for name, unit in (
            ("params_before", "parameters"),
            ("params_after", "parameters"),
            ("sparsity", "fraction"),
            ("unique", "values"),
        ):
            yield Row("layer", str(layer["name"]), name, layer[name], unit)


def _side_by_side(run: Json) -> Iterator[Row]:
    for when, counts in (run.get("counts") or {}).items():
        for name, unit in (("nonzero", "parameters"), ("unique", "values"), ("flops", "operations")):
            yield Row("compress", "", f"{name} {when}", counts[name], unit)
    for when, evaluation in (run.get("evaluation") or {}).items():
        yield Row("compress", "", f"macro precision {when}", evaluation["macro_precision"], "fraction")
    for when, found in (run.get("footprint") or {}).items():
        if found is not None:
            yield from _footprint(found, when)
    loss = run.get("quantization_loss")
    if loss:
        yield from _quantization(loss)


def _footprint(found: Json, when: str) -> Iterator[Row]:
    for file in ("keras", "tflite", "onnx"):
        for name in ("size_bytes", "gzip_bytes"):
            if found.get(file):
                words = f"{name.removesuffix('_bytes')} {when}"
                yield Row("file", f"model.{file}", words, found[file][name], "bytes")
    optimizer = found["keras_with_optimizer_bytes"]
    yield Row("file", "model.keras with optimizer state", f"size {when}", optimizer, "bytes")
    packed = found.get("keras_with_optimizer_gzip_bytes")
    if packed is not None:  # runs of earlier versions do not tell it
        yield Row("file", "model.keras with optimizer state", f"gzip {when}", packed, "bytes", "estimated")
    for board in found["boards"]:
        for memory in ("flash", "weights", "code", "sram", "arena"):
            size_bytes = board[f"{memory}_bytes"]
            if size_bytes is not None:
                yield Row("code", board["board"], f"{memory} {when}", size_bytes, "bytes", "predicted")


def _quantization(loss: Json) -> Iterator[Row]:
    yield Row("quantization", "", "accuracy in floats", loss["accuracy_float"], "fraction")
    yield Row("quantization", "", "accuracy quantized", loss["accuracy_quantized"], "fraction")
    yield Row("quantization", "", "accuracy lost", loss["lost"], "fraction")
    for layer in loss["layers"]:
        for name, words in (("sqnr_db", "output SQNR"), ("weights_sqnr_db", "weights SQNR")):
            if layer[name] is not None:
                yield Row("quantization", str(layer["name"]), words, layer[name], "dB")
    for place, sentence in enumerate(loss["suggestions"], start=1):
        yield Row("quantization", str(place), "what to try", sentence)


def _training(history: list[Json]) -> Iterator[Row]:
    for number, epoch in enumerate(history, start=1):
        for name, value in epoch.items():
            if name != "epoch" and isinstance(value, int | float | str):
                yield Row("epoch", str(number), name, value)


def _plan(plan: Json) -> Iterator[Row]:
    yield Row("plan", "", "board", plan["board"])
    yield Row("plan", "", "fits", plan["fits"])
    for memory in ("flash", "sram"):
        for name, size in plan[memory].items():
            source = "" if name == "limit" else "predicted"
            yield Row("plan", memory, name, size, "bytes", source)
    arena = plan["arena"]
    yield Row("plan", "arena", "planner", arena["planner"])
    yield Row("plan", "arena", "bytes", arena["bytes"], "bytes")
    yield Row("plan", "arena", "lower bound", arena["lower_bound"], "bytes")
    for tensor in arena["tensors"]:
        for name, unit in (("bytes", "bytes"), ("offset", "bytes"), ("first", "step"), ("last", "step")):
            yield Row("buffer", str(tensor["name"]), name, tensor[name], unit)
    for layer in plan["layers"]:
        for name in ("op", "encoding", "macs", "params", "nonzero"):
            yield Row("deployed layer", str(layer["name"]), name, layer[name])
        yield Row("deployed layer", str(layer["name"]), "flash", layer["flash"], "bytes", "predicted")
        yield Row("deployed layer", str(layer["name"]), "cycles", layer["cycles"], "cycles", "estimated")


def _build(build: Json) -> Iterator[Row]:
    yield Row("build", "", "compiler", build["compiler"])
    for memory in ("flash", "sram"):
        yield Row("build", memory, "bytes", build[f"predicted_{memory}_bytes"], "bytes", "predicted")
        yield Row("build", memory, "bytes", build[f"{memory}_bytes"], "bytes", "linked")


def _board(item: str, board: Json) -> Iterator[Row]:
    """One of the boards that ran the program, or failed to."""
    for name, words in (("name", "name"), ("serial_number", "serial number"), ("where", "port")):
        if board.get(name):
            yield Row("board", item, words, str(board[name]))
    yield Row("board", item, "verified", bool(board["verified"]))
    bench = board.get("bench")
    if bench:
        yield Row("board", item, "latency mean", bench["mean_s"], "s", str(bench["timing"]))
    if board.get("error"):
        yield Row("board", item, "failed", str(board["error"]["what"]))


#: Statistics of `bench --json` and what people call them.
LATENCY = {
    "first_s": "first",
    "startup_s": "start-up, a part of the first",
    "mean_s": "mean",
    "std_s": "standard deviation",
    "stderr_s": "standard error",
    "median_s": "median",
    "min_s": "shortest",
    "max_s": "longest",
}


#: Fields of `bench --json` energy, what people call them, and their units.
ENERGY = {
    "power_w": ("power", "W"),
    "power_std_w": ("power, standard deviation", "W"),
    "power_min_w": ("power, least", "W"),
    "power_max_w": ("power, largest", "W"),
    "energy_j": ("energy of one inference", "J"),
    "energy_std_j": ("energy of one inference, standard deviation", "J"),
    "above_idle_j": ("energy of one inference above idle", "J"),
    "above_idle_std_j": ("energy of one inference above idle, standard deviation", "J"),
    "idle_w": ("power of the idle board", "W"),
    "supply_v": ("supply voltage", "V"),
    "inferences": ("inferences of the energy", "inferences"),
    "left_out": ("inferences left out of the energy", "inferences"),
    "lost": ("samples lost by the meter", "samples"),
    "of": ("source of the energy", ""),
    "sync": ("synchronised by", ""),
    "note": ("note on the energy", ""),
}


def _energy(energy: Json) -> Iterator[Row]:
    for name, (words, unit) in ENERGY.items():
        if name in energy:
            yield Row("bench", "", words, energy[name], unit, source_of_energy(energy))
    for number, energy_j in enumerate(energy.get("each_j") or [], start=2):
        yield Row("inference", str(number), "energy", energy_j, "J", energy["source"])


def _benches(report: Report) -> Iterator[Row]:
    for record in report.benches:
        bench = record["bench"]
        item = title(record, report.benches)
        timing = str(bench["timing"])
        yield Row("side by side", item, "runs", bench["runs"], "inferences")
        yield Row("side by side", item, "timed", bench.get("timed", "inference"))
        first_s = bench.get("first_inference_s", bench["first_s"])
        yield Row("side by side", item, "latency first", first_s, "s", timing)
        for name in ("mean_s", "std_s", "stderr_s"):
            yield Row("side by side", item, f"latency {LATENCY[name]}", bench[name], "s", timing)
        if bench["energy"]:
            source = source_of_energy(bench["energy"])
            for name, (words, unit) in ENERGY.items():
                if name in bench["energy"]:
                    yield Row("side by side", item, words, bench["energy"][name], unit, source)
        yield Row("side by side", item, "verified", bench["verified"])
        if remarks := marks(bench):
            yield Row("side by side", item, "remarks", remarks.removeprefix("; "))


def _bench(bench: Json) -> Iterator[Row]:
    timing = str(bench["timing"])
    yield Row("bench", "", "board", bench["board"])
    yield Row("bench", "", "runs", bench["runs"], "inferences")
    for name, words in LATENCY.items():
        if name in bench:
            yield Row("bench", "", f"latency {words}", bench[name], "s", timing)
    energy = bench["energy"]
    if energy:
        yield from _energy(energy)
    if bench.get("windows"):
        yield from _windows(bench["windows"], timing)
    if bench.get("layers"):
        yield from _profile(bench)
    for number, time_s in enumerate(bench["times_s"], start=1):
        yield Row("inference", str(number), "latency", time_s, "s", timing)
    for number, cycles in enumerate(bench.get("cycles") or [], start=1):
        yield Row("inference", str(number), "cycles", cycles, "cycles", timing)
    for number, cycles in enumerate(bench.get("xip_cycles") or [], start=1):
        yield Row("inference", str(number), "cycles waiting for the flash", cycles, "cycles", timing)


def _windows(windows: Json, timing: str) -> Iterator[Row]:
    yield Row("bench", "", "least time of a window", windows["window_s"], "s")
    yield Row("bench", "", "median of the windows", windows["median_per_s"], "inferences/s", timing)
    for number, window in enumerate(windows["windows"], start=1):
        yield Row("window", str(number), "inferences", window["inferences"], "inferences")
        yield Row("window", str(number), "time", window["seconds"], "s", timing)
        yield Row("window", str(number), "rate", window["per_s"], "inferences/s", timing)


def _profile(bench: Json) -> Iterator[Row]:
    source = str(bench["profile"]["timing"])
    for layer in bench["layers"]:
        name = str(layer["name"])
        yield Row("profiled layer", name, "operator", layer["op"])
        yield Row("profiled layer", name, "cycles", layer["cycles"], "cycles", source)
        if layer["xip_cycles"] is not None:
            yield Row(
                "profiled layer", name, "cycles waiting for the flash", layer["xip_cycles"], "cycles", source
            )
        yield Row("profiled layer", name, "share", layer["share"], "fraction", source)
        yield Row("profiled layer", name, "cycles", layer["predicted_cycles"], "cycles", "predicted")
