"""The cycles of each layer, from a profiling build, as a table and a plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.report.content import Json
from core.report.drawing import BLUE, GREY, INK, ORANGE, legend, literal, new_figure, png, tidy
from core.report.figures import LAYERS_SHOWN
from core.report.tables import Table
from core.report.units import number, percent


def waits_for_flash(layers: Sequence[Json]) -> bool:
    """Whether any layer computes from a flash chip, as far as that is told apart."""
    return any(layer["xip_cycles"] for layer in layers)


def layer_table(bench: Json) -> Table:
    """Layer, operator, cycles, share of all and what the planner predicted."""
    layers, estimated = bench["layers"], bench["profile"]["timing"] == "estimated"
    waits = waits_for_flash(layers)
    table = [["layer", "operator", "cycles (est.)" if estimated else "cycles (measured)"]]
    table[0] += ["waiting for flash"] if waits else []
    table[0] += ["share", "predicted (est.)"]
    for layer in layers:
        row = [str(layer["name"]), str(layer["op"]), number(round(layer["cycles"]))]
        row += [number(round(layer["xip_cycles"] or 0))] if waits else []
        table.append([*row, percent(layer["share"]), number(layer["predicted_cycles"])])
    return table


def note(bench: Json) -> str:
    """What the numbers of the table are."""
    words = (
        f"From a build of its own that counts each layer apart, the mean of {bench['profile']['runs']} "
        "inferences after the first; the latency is that of the ordinary build."
    )
    if waits_for_flash(bench["layers"]):
        words += " Shares are of cycles and waiting together; predictions leave waiting out."
    return words


def layer_cycles(bench: Json) -> bytes:
    """`draw_layer_cycles` as PNG."""
    return png(draw_layer_cycles(bench))


def draw_layer_cycles(bench: Json) -> Any:
    """The costliest layers, in their order: counted, waiting for flash beside it, and predicted."""
    layers = bench["layers"]
    by_cost = sorted(range(len(layers)), key=lambda place: _all_cycles(layers[place]), reverse=True)
    shown = [layers[place] for place in sorted(by_cost[:LAYERS_SHOWN])]
    estimated = bench["profile"]["timing"] == "estimated"
    counted = "counted by the emulator" if estimated else "measured"
    waits = waits_for_flash(shown)
    figure = new_figure(6.7, 0.9 + 0.36 * len(shown))
    axes = figure.subplots()
    for row, layer in enumerate(shown):
        labels = (counted, "waiting for flash", "predicted") if row == 0 else (None, None, None)
        axes.barh(row - 0.2, layer["cycles"], height=0.38, color=BLUE, label=labels[0])
        if waits:
            wait = layer["xip_cycles"] or 0
            axes.barh(row - 0.2, wait, left=layer["cycles"], height=0.38, color=ORANGE, label=labels[1])
        axes.barh(row + 0.2, layer["predicted_cycles"], height=0.38, color=GREY, label=labels[2])
        axes.text(
            _all_cycles(layer), row - 0.2, f" {percent(layer['share'])}", va="center", fontsize=7.5, color=INK
        )
    axes.set_yticks(range(len(shown)), [literal(layer["name"]) for layer in shown])
    axes.set_xlim(right=1.12 * max(max(_all_cycles(x), x["predicted_cycles"]) for x in shown))
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(lambda cycles, _: number(round(cycles)))
    axes.set_xlabel("cycles (estimates)" if estimated else "cycles")
    tidy(axes, grid="x")
    legend(axes, loc="upper center", bbox_to_anchor=(0.5, 1.0 + 0.35 / (0.3 + 0.36 * len(shown))), ncols=3)
    return figure


def _all_cycles(layer: Json) -> float:
    return float(layer["cycles"] + (layer["xip_cycles"] or 0))
