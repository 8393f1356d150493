"""The energy of an inference in words and tables; an estimate is never called anything else."""

from __future__ import annotations

from collections.abc import Iterator

from core.report.content import Json
from core.report.units import figures_with_spread, quantity, with_spread

Table = list[list[str]]

_SYNC = {"marker": "by the board's marker pin", "clock": "by this computer's clock"}


def is_measured(bench: Json) -> bool:
    """Whether a meter gave the energy."""
    return bool(bench["energy"]) and bench["energy"]["source"] == "measured"


def is_of_this_run(bench: Json) -> bool:
    """Whether a meter gave it, and of the inferences of this series."""
    return is_measured(bench) and bench["energy"].get("of_this_run") is not False


def source(energy: Json) -> str:
    """Where it is from: the words beside each of its figures."""
    if energy["source"] == "measured" and energy.get("of_this_run") is False:
        return "measured, not of this run"
    return str(energy["source"])


def is_from_profile(energy: Json) -> bool:
    """Whether it is an estimate in which no meter had a part."""
    return bool(energy["source"] == "estimated" and not energy.get("sync"))


def how(energy: Json) -> str:
    """How the energy was got: a few words for a table."""
    if is_from_profile(energy):
        return "estimate from the board's power profile"
    if energy["source"] == "estimated":
        power = f"estimate: power from {energy['of']}"
        return power + (", not of this run" if energy.get("of_this_run") is False else ", latency estimated")
    return f"{source(energy)}, {energy['of']}" if energy.get("of") else source(energy)


def energies_j(bench: Json) -> list[float | None]:
    """The energy of each inference: an estimate follows its latency, a measured one is known where a meter
    saw each; none where what was measured is not of this run."""
    energy, times_s = bench["energy"], bench["times_s"]
    if not energy or energy.get("of_this_run") is False:
        return [None] * len(times_s)
    if energy["source"] == "estimated":
        return [energy["power_w"] * time_s for time_s in times_s]
    each = energy.get("each_j") or []
    return [None, *each] if len(each) + 1 == len(times_s) else [None] * len(times_s)


def rows(energy: Json) -> Table:
    """Power and energy as lines of a table: name, value, how it was got."""
    told = how(energy)
    table = [["power while computing", _spread(energy, "power_w", "power_std_w", "W"), told]]
    if "power_min_w" in energy:
        span = f"{quantity(energy['power_min_w'], 'W')} to {quantity(energy['power_max_w'], 'W')}"
        table.append(["power, least to largest", span, told])
    table.append(["energy of one inference", _spread(energy, "energy_j", "energy_std_j", "J"), told])
    if "idle_w" in energy:
        table.append(["power of the idle board", quantity(energy["idle_w"], "W"), told])
    if "above_idle_j" in energy:
        above = _spread(energy, "above_idle_j", "above_idle_std_j", "J")
        table.append(["energy of one inference above idle", above, told])
    return table


def published_form(bench: Json) -> Table:
    """Latency, power and energy as Deutel et al. (2022) give them: ms, mW and mWs, mean ± standard
    deviation. An energy that is not of this run has to be told as such beside its latency (`source`)."""
    energy = bench["energy"]
    return [
        ["inferences", "latency (ms)", "power (mW)", "energy (mWs)"],
        [
            _inferences(bench),
            _milli(bench["mean_s"], bench["std_s"]),
            _milli(energy["power_w"], energy.get("power_std_w")),
            _milli(energy["energy_j"], energy.get("energy_std_j")),
        ],
    ]


def sentences(bench: Json) -> Iterator[str]:
    """What has to be known of the energy: how it was matched, what was lost, why there is none."""
    fault = (bench.get("meter") or {}).get("fault")
    if fault and bench["energy"]:
        yield f"The samples of the meter were not kept: {fault['what']}."
    elif fault:
        yield f"No energy was measured: {fault['what']}. The latencies are complete."
    if not is_measured(bench):
        if bench["energy"] and bench["energy"].get("sync"):
            played = bench["energy"].get("of_this_run") is False and bench["timing"] == "measured"
            latency = "of this run" if played else "that is an estimate itself"
            yield (
                f"The energy is an estimate: power measured with {bench['energy']['of']}, times a latency"
                f" {latency}."
            )
            yield from _note(bench["energy"])
        return
    energy = bench["energy"]
    words = f"Energy measured with {energy.get('of', 'a meter')}, synchronised {_SYNC[energy['sync']]}"
    if energy["sync"] == "clock":
        yield (
            f"{words}: the power is the mean over all inferences and the transfers between them, the energy"
            " that mean times the mean latency. A board with a marker pin and a meter with a digital input"
            " tell single inferences apart."
        )
    else:
        yield f"{words}: the integral over each of {energy['inferences']} inferences; the first warms up."
    if energy.get("left_out"):
        yield (
            "Inferences left out, because the meter did not see them or too many of their samples were lost:"
            f" {energy['left_out']}."
        )
    if energy.get("lost"):
        yield f"{energy['lost']:,} samples of the meter were lost."
    yield from _note(energy)


def _note(energy: Json) -> Iterator[str]:
    note = energy.get("note")
    if note:
        yield f"{note[0].upper()}{note[1:]}."


def _inferences(bench: Json) -> str:
    """How many inferences the means are over; where they are not the same for all, of which how many."""
    timed = bench["runs"] - 1
    metered = bench["energy"].get("inferences", timed)
    if metered == timed:
        return str(timed)
    return f"{timed} (latency), {metered} (energy)"


def _spread(energy: Json, name: str, spread: str, unit: str) -> str:
    if energy.get(spread) is None:
        return quantity(energy[name], unit)
    return with_spread(energy[name], energy[spread], unit)


def _milli(value: float, spread: float | None) -> str:
    """Thousandths."""
    return f"{1e3 * value:.4g}" if spread is None else figures_with_spread(1e3 * value, 1e3 * spread)
