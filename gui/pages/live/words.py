"""Sentences of the Live page."""

from __future__ import annotations

from typing import Any

from core.bench import Source
from core.live.energies import EnergyOf
from core.live.quantity import Quantity
from core.live.run import LiveRun
from core.report.verdict import compared
from gui.words import number, percent, tr


def note_words(run: LiveRun) -> str:
    """Where the numbers of a run are from."""
    estimated = run.sources[Quantity.LATENCY] is Source.ESTIMATED
    times = (
        tr("Times are estimated from counted processor cycles.") if estimated else tr("Times are measured.")
    )
    if not run.metered:
        energies = tr("Energies, where typical power is known, are estimates.")
    elif run.power is None:
        energies = tr("Power is measured.")
    else:
        energies = tr("Power is measured by {meter}.").format(meter=run.power.meter.name)
        if run.energy_note:
            energies += " " + tr("Single inferences have no energies: {why}.").format(why=run.energy_note)
            return f"{times} {energies}"
        if not run.power.meter.live:
            energies += " " + tr("It was recorded earlier: it is not the power of this run.")
        energies += f" {run.power.meter.note}".rstrip()
    return f"{times} {energies}"


def energy_words(run: LiveRun) -> str:
    """What one energy is."""
    how = {
        EnergyOf.POWER_PROFILE: tr("typical power × latency"),
        EnergyOf.CLOCK: tr("mean measured power since the inference before × latency"),
        EnergyOf.MEAN_POWER: tr("mean measured power × latency"),
        EnergyOf.MARKER: tr("measured between the edges of the marker"),
    }[run.energy_of]
    estimated = run.sources[Quantity.ENERGY] is Source.ESTIMATED
    return tr("estimate: {how}").format(how=how) if estimated else how


def ended_words(result: dict[str, Any]) -> list[str]:
    """What is to be held against a result; empty when nothing is."""
    bench = result["bench"]
    words = []
    if not compared(bench):
        words.append(tr("Not verified: no answer is clear enough to be compared."))
    elif not result["verified"]:
        words.append(tr("Not verified: the answers were other than they should be. Do not use this build."))
    if bench.get("instead"):
        words.append(tr("{why}. {engine} ran instead.").format(why=bench["instead"], engine=bench["engine"]))
    fault = (bench.get("meter") or {}).get("fault")
    if fault:
        words.append(tr("No energy: {what}. {hint}.").format(**fault))
    if (bench.get("facts") or {}).get("throttled"):
        causes = ", ".join(bench.get("throttled_by") or []) or tr("it does not say why")
        words.append(
            tr("The Pi slowed itself down meanwhile ({causes}): these times are not its best.").format(
                causes=causes
            )
        )
    return words


def left_words(run: LiveRun) -> str:
    """What is done after the end of a run, while its recording is longer than what was taken of it."""
    if run.power is None:
        return note_words(run)
    share = run.power.count / max(run.power.reader.count, 1)
    return tr("Reading what the meter recorded: {share}.").format(share=percent(share, 0))


def lost_words(run: LiveRun) -> list[str]:
    if run.power is None or not run.power.lost:
        return []
    share = 100 * run.power.lost / run.power.count
    return [
        tr("{count} samples of the meter were lost ({share} %); they are marked below the line.").format(
            count=number(run.power.lost), share=number(share, 2)
        )
    ]
