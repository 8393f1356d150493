"""`thimble bench`: repeated inference with latency and energy."""

from __future__ import annotations

import csv
import io
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.command import Command
from core.cli.commands.deploy import add_board_connection, deploy_job, refuse_what_is_not_there
from core.cli.measuring import add_profile, add_windows
from core.cli.meters import add_meter, measures, meter_params
from core.cli.models import compiled_file
from core.cli.options import (
    DATA_HELP,
    add_board,
    add_build_options,
    add_json,
    add_model,
    add_scale,
    build_choices,
    positive,
)
from core.cli.pi_jobs import pi_job
from core.cli.pi_options import is_pi, refuse_board_options
from core.cli.terminal import Terminal, table
from core.errors import ThimbleError
from core.paths import file_hash, output_dir, write_atomically
from core.work_folder import work_folder

if TYPE_CHECKING:
    from rich.console import Console

    from core.report.bench_record import Asked

_DEFAULT_RUNS = 20
#: Eight inferences after the first, as the energies of Deutel et al. (2022) are over.
_METERED_RUNS = 9


def _configure(parser: ArgumentParser) -> None:
    add_model(parser)
    add_board(parser)
    parser.add_argument(
        "--runs",
        metavar="N",
        type=positive,
        help=f"inferences ({_DEFAULT_RUNS}; {_METERED_RUNS} with a meter, of which the first warms up)",
    )
    parser.add_argument("--data", help=f"{DATA_HELP}; random inputs if left out")
    add_scale(parser)
    add_meter(parser)
    parser.add_argument("--csv", metavar="FILE", type=Path, help="write the latency of each inference as CSV")
    add_windows(parser)
    add_profile(parser)
    parser.add_argument(
        "--record",
        metavar="DIR",
        type=Path,
        help="keep the measurement in this folder, side by side with others, for `thimble report`",
    )
    add_board_connection(parser)
    add_build_options(parser)
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from core.bench.windows import check_windows_alone

    if is_pi(arguments):
        refuse_board_options(arguments)
    else:
        refuse_what_is_not_there(arguments)
    metered = measures(arguments)
    runs = arguments.runs or (_METERED_RUNS if metered else _DEFAULT_RUNS)
    if arguments.window_s is not None and arguments.windows is None:
        raise ThimbleError(
            "no-windows", "--window-s is the length of windows, and there are none", "give --windows too"
        )
    check_windows_alone(arguments.windows, metered)
    if arguments.csv is not None:
        output_dir(arguments.csv.absolute().parent)
    asked = None if arguments.record is None else _asked(arguments, terminal)
    if is_pi(arguments):
        value = pi_job(arguments, runs, terminal, meter_params(arguments))["bench"]
    else:
        with work_folder() as work:
            value = deploy_job(arguments, work, runs, terminal, meter=meter_params(arguments))["bench"]
    if arguments.csv is not None:
        write_atomically(arguments.csv, _csv(value))
    if asked is not None:
        from core.report.bench_record import record_bench

        record_bench(arguments.record, asked, value)
    terminal.result(value, lambda console: show_bench(console, value))
    if metered:
        from core.meters.metering import require_measured

        require_measured(value)


def _asked(arguments: Namespace, terminal: Terminal) -> Asked:
    """Of the model as it is before it is measured. Raises ThimbleError."""
    from core.pi.setup.armnn import Backend
    from core.report.bench_record import Asked

    output_dir(arguments.record)
    file = compiled_file(arguments.model, terminal, arguments.allow_unsafe)
    what = (arguments.model, file_hash(file), meter_params(arguments).get("meter"))
    if is_pi(arguments):  # where nothing is compiled
        backend = arguments.armnn_backend or Backend.CPU_ACC.value
        return Asked(*what, armnn_backend=backend if arguments.engine == "armnn" else None)
    return Asked(*what, **build_choices(arguments))


def _csv(bench: dict[str, Any]) -> str:
    from core.report.energy import energies_j

    cycles = bench.get("cycles") or [""] * len(bench["times_s"])
    startup_s = bench.get("startup_s", "")  # a part of the first latency, and not of its cycles
    lines = ["inference,latency_s,timing,cycles,energy_j,energy_source,startup_s\n"]
    rows = zip(bench["times_s"], cycles, energies_j(bench), strict=True)
    for number, (time_s, count, energy_j) in enumerate(rows, start=1):
        source = "" if energy_j is None else bench["energy"]["source"]
        energy = "" if energy_j is None else energy_j
        lines.append(f"{number},{time_s!r},{bench['timing']},{count},{energy},{source},{startup_s}\n")
        startup_s = 0.0 if startup_s != "" else ""
    return "".join(lines) + _energy_csv(bench) + _windows_csv(bench) + _layers_csv(bench)


def _energy_csv(bench: dict[str, Any]) -> str:
    """What a meter gave, as a further table after an empty line."""
    from core.report.energy import source

    energy = bench["energy"]
    if not energy or not energy.get("sync"):
        return ""
    energy = {**energy, "source": source(energy)}
    names = (
        "inferences",
        "power_w",
        "power_std_w",
        "energy_j",
        "energy_std_j",
        "source",
        "sync",
        "of",
        "note",
    )
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["metered_inferences", *names[1:]])
    writer.writerow([energy.get(name, "") for name in names])
    return "\n" + text.getvalue()


def _windows_csv(bench: dict[str, Any]) -> str:
    """A second table in the file, after an empty line."""
    if "windows" not in bench:
        return ""
    lines = ["\nwindow,inferences,seconds,inferences_per_s,timing\n"]
    for number, window in enumerate(bench["windows"]["windows"], start=1):
        counted = f"{window['inferences']},{window['seconds']!r},{window['per_s']!r}"
        lines.append(f"{number},{counted},{bench['timing']}\n")
    return "".join(lines)


def _layers_csv(bench: dict[str, Any]) -> str:
    """A further table in the file, after an empty line."""
    if "layers" not in bench:
        return ""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["layer", "operator", "cycles", "xip_cycles", "share", "predicted_cycles", "timing"])
    timing = bench["profile"]["timing"]
    for layer in bench["layers"]:
        names = ("name", "op", "cycles", "xip_cycles", "share", "predicted_cycles")
        writer.writerow([*(layer[name] for name in names), timing])
    return "\n" + text.getvalue()


def show_bench(console: Console, bench: dict[str, Any]) -> None:
    """Statistics as a table, and whether the outputs are right."""
    from core.report import energy, on_pi, tables
    from core.report.verdict import verdict

    rows = tables.latency(bench)
    title = f"{bench['runs']} inferences on {bench['board']}"
    console.print(table(title, rows[0], rows[1:], text=(0, 2)))
    if energy.is_of_this_run(bench):
        rows = energy.published_form(bench)
        console.print(table("Mean ± standard deviation", rows[0], rows[1:], text=()))
    for sentence in (*on_pi.sentences(bench), *energy.sentences(bench)):
        console.print(sentence)
    if "layers" in bench:
        from core.report import profile

        rows = profile.layer_table(bench)
        console.print(table("Cycles of each layer", rows[0], rows[1:], text=(0, 1)))
        console.print(profile.note(bench))
    console.print(verdict(bench, bench["verified"]))


BENCH = Command("bench", "repeated inference with latency and energy", _configure, _run)
