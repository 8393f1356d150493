"""The plots of a report, as PNG bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.ticker import MaxNLocator

from core.report.content import Json
from core.report.drawing import BLUE, GREY, INK, ORANGE, RED, legend, literal, new_figure, png, tidy

#: More bars than these do not fit on a page.
LAYERS_SHOWN = 18


def training_curves(history: Sequence[Json]) -> bytes:
    """`draw_training_curves` as PNG."""
    return png(draw_training_curves(history))


def draw_training_curves(history: Sequence[Json]) -> Any:
    """Accuracy on training and test data and, below, the fraction pruned, epoch by epoch."""
    pruned = [entry.get("sparsity") for entry in history]
    has_pruned = any(value is not None for value in pruned)
    figure = new_figure(6.7, 2.9 if has_pruned else 2.2)
    if has_pruned:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    else:
        upper, lower = figure.subplots(), None
    epochs = range(1, len(history) + 1)
    judged = " or ".join(dict.fromkeys(str(entry.get("validated_on", "test")) for entry in history))
    for name, label, color in (("accuracy", "training", GREY), ("val_accuracy", judged, BLUE)):
        values = [entry.get(name) for entry in history]
        if any(value is not None for value in values):
            percent = [float("nan") if value is None else 100 * value for value in values]
            upper.plot(epochs, percent, color=color, label=label, marker="o", markersize=3, linewidth=1.6)
    upper.set_ylabel("accuracy (%)")
    tidy(upper)
    legend(upper, loc="lower right")
    if lower is not None:
        percent = [float("nan") if value is None else 100 * value for value in pruned]
        lower.step(epochs, percent, where="mid", color=ORANGE, linewidth=1.6)
        lower.set_ylabel("pruned (%)")
        lower.set_ylim(0, 105)
        tidy(lower)
    bottom = lower if lower is not None else upper
    bottom.set_xlabel("epoch")
    bottom.set_xlim(0.5, len(history) + 0.5)  # a single epoch too stands over its number
    bottom.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def layer_reduction(layers: Sequence[Json]) -> bytes:
    """`draw_layer_reduction` as PNG."""
    return png(draw_layer_reduction(layers))


def draw_layer_reduction(layers: Sequence[Json]) -> Any:
    """The parameters of the largest layers before and after, with what is left, on a log scale."""
    largest = sorted(layers, key=lambda layer: layer["params_before"], reverse=True)[:LAYERS_SHOWN]
    shown = [layer for layer in layers if layer["params_before"] > 0 and layer in largest]
    figure = new_figure(6.7, 0.8 + 0.42 * len(shown))
    axes = figure.subplots()
    for row, layer in enumerate(shown):
        before, after = layer["params_before"], layer["params_after"]
        nonzero = after * (1.0 - layer["sparsity"])
        axes.barh(row - 0.2, before, height=0.38, color=GREY, label="before" if row == 0 else None)
        axes.barh(row + 0.2, after, height=0.38, color="#9dc0da", label="kept" if row == 0 else None)
        axes.barh(row + 0.2, nonzero, height=0.38, color=BLUE, label="not zero" if row == 0 else None)
        words = f" {100 * nonzero / before:.3g} % left"
        axes.text(max(after, 1), row + 0.2, words, va="center", fontsize=7.5, color=INK)
    axes.set_yticks(range(len(shown)), [literal(layer["name"]) for layer in shown])
    axes.set_xscale("log")
    axes.set_xlim(left=0.8, right=max(layer["params_before"] for layer in shown) * 3)
    axes.invert_yaxis()
    axes.set_xlabel("parameters (logarithmic)")
    tidy(axes, grid="x")
    legend(axes, loc="upper center", bbox_to_anchor=(0.5, 1.0 + 0.35 / (0.3 + 0.42 * len(shown))), ncols=3)
    return figure


def quantization_noise(layers: Sequence[Json]) -> bytes:
    """`draw_quantization_noise` as PNG."""
    return png(draw_quantization_noise(layers))


def draw_quantization_noise(layers: Sequence[Json]) -> Any:
    """Signal-to-quantization-noise ratio of outputs and weights: the noisiest layers, in their order."""
    known = [layer for layer in layers if layer["sqnr_db"] is not None]
    noisiest = sorted(known, key=lambda layer: float(layer["sqnr_db"]))[:LAYERS_SHOWN]
    shown = [layer for layer in known if layer in noisiest]
    figure = new_figure(6.7, 0.9 + 0.36 * max(len(shown), 1))
    axes = figure.subplots()
    for row, layer in enumerate(shown):
        first = row == 0
        axes.barh(row - 0.2, layer["sqnr_db"], height=0.38, color=BLUE, label="output" if first else None)
        weights = layer["weights_sqnr_db"] or 0.0
        axes.barh(row + 0.2, weights, height=0.38, color=GREY, label="weights" if first else None)
    axes.set_yticks(range(len(shown)), [literal(layer["name"]) for layer in shown])
    axes.invert_yaxis()
    axes.set_xlabel("signal-to-quantization-noise ratio (dB, more is better)")
    tidy(axes, grid="x")
    if shown:
        legend(axes, loc="lower right", ncols=2)
    return figure


def confusion(matrices: Mapping[str, Sequence[Sequence[int]]], classes: Sequence[str]) -> bytes:
    """`draw_confusion` as PNG."""
    return png(draw_confusion(matrices, classes))


def draw_confusion(matrices: Mapping[str, Sequence[Sequence[int]]], classes: Sequence[str]) -> Any:
    """Confusion matrices, two side by side: actual classes in rows, predicted ones in columns."""
    columns = min(len(matrices), 2)
    rows = -(-len(matrices) // 2)
    figure = new_figure(3.35 * columns, 3.3 * rows)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels[len(matrices) :]:
        axes.set_axis_off()
    for axes, (title, matrix) in zip(panels, matrices.items(), strict=False):
        totals = [max(sum(row), 1) for row in matrix]
        shares = [[cell / total for cell in row] for row, total in zip(matrix, totals, strict=True)]
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        if len(classes) <= 15:
            _write_cells(axes, matrix, shares)
        ticks = range(len(classes)) if len(classes) <= 40 else []
        names = [literal(classes[tick]) for tick in ticks]
        turned = 90 if max((len(name) for name in names), default=0) > 3 else 0
        axes.set_xticks(ticks, names, rotation=turned)
        axes.set_yticks(ticks, names)
        axes.set_title(title, fontsize=9)
        axes.set_xlabel("predicted", fontsize=8)
        axes.set_ylabel("actual", fontsize=8)
        axes.tick_params(labelsize=7, length=0)
        axes.spines[:].set_visible(False)
    return figure


def _write_cells(axes: Any, matrix: Sequence[Sequence[int]], shares: Sequence[Sequence[float]]) -> None:
    for row, cells in enumerate(matrix):
        for column, cell in enumerate(cells):
            if cell:
                color = "white" if shares[row][column] > 0.5 else RED if row != column else INK
                axes.text(column, row, str(cell), ha="center", va="center", fontsize=6.5, color=color)


def memory_map(arena: Json) -> bytes:
    """The arena: each buffer a rectangle over the steps that it lives and the bytes that it takes."""
    tensors = arena["tensors"]
    figure = new_figure(6.7, 2.5)
    axes = figure.subplots()
    steps = max((tensor["last"] for tensor in tensors), default=0) + 1
    for index, tensor in enumerate(tensors):
        width = tensor["last"] - tensor["first"] + 1
        color = ("#9dc0da", "#f0c594", "#b9d8b4", "#d5c3e0", "#e7b8b3")[index % 5]
        box = (tensor["first"], tensor["offset"])
        axes.bar(
            box[0], tensor["bytes"], bottom=box[1], width=width, align="edge", color=color, edgecolor="white"
        )
        if tensor["bytes"] > 0.05 * arena["bytes"] and width > 0.03 * steps:
            words = literal(_fitted(str(tensor["name"]), 90 * width // steps))
            middle = (box[0] + width / 2, box[1] + tensor["bytes"] / 2)
            axes.text(*middle, words, ha="center", va="center", fontsize=7, color=INK)
    axes.axhline(arena["bytes"], color=INK, linewidth=1.2, label="arena")
    axes.axhline(arena["lower_bound"], color=RED, linestyle=(0, (5, 4)), linewidth=1.2, label="lower bound")
    axes.set_xlim(0, steps)
    axes.set_ylim(0, arena["bytes"] * 1.18)
    every = 1 + steps // 25
    marked = range(0, steps, every)
    axes.set_xticks([step + 0.5 for step in marked], [str(step) for step in marked])
    axes.set_xlabel("step of the inference")
    axes.set_ylabel("offset in the arena (bytes)")
    tidy(axes)
    legend(axes, loc="upper right", ncols=2)
    return png(figure)


def _fitted(text: str, characters: int) -> str:
    characters = max(characters, 4)
    return text if len(text) <= characters else text[: characters - 1] + "…"


def memory_bars(rows: Sequence[tuple[str, int, int | None, int]]) -> bytes:
    """Memories as (name, predicted, linked or None, limit), in bytes: bars against the board's limit."""
    figure = new_figure(6.7, 0.55 + 0.5 * len(rows))
    axes = figure.subplots()
    for row, (_, predicted, linked, limit) in enumerate(rows):
        axes.barh(row, 100, height=0.62, color="#eef0f2")
        bars = [(predicted, "#9dc0da", "predicted")]
        bars += [(linked, BLUE, "linked")] if linked is not None else []
        for place, (size, color, what) in enumerate(bars):
            height = 0.62 / len(bars)
            at = row - 0.31 + height * (place + 0.5)
            axes.barh(at, 100 * size / limit, height=height * 0.9, color=color)
            words = f"  {what}: {size:,} of {limit:,} bytes ({100 * size / limit:.1f} %)"
            inside = size > 0.5 * limit
            axes.text(
                0 if inside else 100 * size / limit, at, words, va="center", fontsize=7.5,
                color="white" if inside and color == BLUE else INK,
            )  # fmt: skip
    axes.set_yticks(range(len(rows)), [name for name, *_ in rows])
    axes.invert_yaxis()
    axes.set_xlim(0, max(100.0, *(100 * max(p, k or 0) / limit for _, p, k, limit in rows)) * 1.02)
    axes.set_xlabel("share of the board's memory (%)")
    tidy(axes, grid=None)
    return png(figure)


def latency(times_s: Sequence[float], mean_s: float, estimated: bool) -> bytes:
    """Latency of each inference, with the mean; dashed and labelled when it is an estimate."""
    figure = new_figure(6.7, 2.2)
    axes = figure.subplots()
    milliseconds = [1e3 * time for time in times_s]
    style = "--" if estimated else "-"
    numbers = range(1, len(milliseconds) + 1)
    axes.plot(numbers, milliseconds, style, color=BLUE, marker="o", markersize=2.2, linewidth=1.0)
    axes.axhline(1e3 * mean_s, color=ORANGE, linewidth=1.2, label="mean from the second on")
    spread = max(milliseconds) - min(milliseconds)
    margin = max(spread * 0.25, 0.01 * max(milliseconds))
    axes.set_ylim(min(milliseconds) - margin, max(milliseconds) + margin * 1.6)
    axes.ticklabel_format(axis="y", useOffset=False)
    axes.set_xlabel("inference")
    axes.set_ylabel("cycle estimate (ms)" if estimated else "measured (ms)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    tidy(axes)
    legend(axes, loc="upper right")
    return png(figure)


def power_trace(trace: Json, idle_w: float | None) -> bytes:
    """What a meter recorded, as `core.meters.trace` tells it: least to largest power of each piece as a band,
    the mean as a line, inferences shaded where a marker told them, gaps where samples were lost."""
    figure = new_figure(6.7, 2.4)
    axes = figure.subplots()
    low, mean, high = (
        [float("nan") if value is None else 1e3 * value for value in trace[name]]
        for name in ("min_w", "mean_w", "max_w")
    )
    times_s = [(place + 0.5) * trace["piece_s"] for place in range(len(mean))]
    for number, (begin_s, end_s) in enumerate(trace["pulses"]):
        label = "inference" if number == 0 else None
        axes.axvspan(begin_s, end_s, color="#e6eef5", linewidth=0, label=label)
    axes.fill_between(times_s, low, high, color="#9dc0da", linewidth=0, label="least to largest")
    axes.plot(times_s, mean, color=BLUE, linewidth=1.0, label="mean")
    if idle_w is not None:
        axes.axhline(1e3 * idle_w, color=ORANGE, linewidth=1.0, linestyle=":", label="idle")
    axes.set_xlim(0, trace["duration_s"])
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom, top + 0.2 * (top - bottom))  # room for the legend
    axes.set_xlabel("time (s)")
    axes.set_ylabel("measured power (mW)")
    tidy(axes)
    legend(axes, loc="upper right", ncols=4)
    return png(figure)
