"""What quantization cost, for the report and the terminal: sentences and a table."""

from __future__ import annotations

from core.report.content import Json
from core.report.units import percent

Table = list[list[str]]


#: Behind the summary of a network that was trained with fake quantization.
TRAINED = (
    " The network was trained with this rounding. Its layers are compared with the same weights in floats and"
    " without the trained ranges; what these cut off counts as noise, though the network has learned to do"
    " without it, so the ratios say little about the accuracy."
)


def summary(loss: Json) -> str:
    """The accuracy that quantization alone cost, and the layers where its noise is greatest."""
    points = 100 * loss["lost"]
    if points > 0:
        words = f"Quantization alone cost {points:.2f} points of accuracy"
    else:
        words = "Quantization alone cost no accuracy"
        words += f" (it won {-points:.2f} points)" if points < 0 else ""
    real, quantized = percent(loss["accuracy_float"], 2), percent(loss["accuracy_quantized"], 2)
    words += f": {real} in floats, {quantized} after."
    if loss["worst"]:
        words += f" Its noise is greatest in {', '.join(loss['worst'])}."
    return words + (TRAINED if loss.get("trained") else "")


def layers(loss: Json) -> Table:
    """Signal-to-quantization-noise ratio of each layer."""
    table = [["layer", "operator", "output (dB)", "weights (dB)"]]
    for layer in loss["layers"]:
        ratios = [_decibels(layer[key]) for key in ("sqnr_db", "weights_sqnr_db")]
        table.append([str(layer["name"]), str(layer["op"]), *ratios])
    return table


def _decibels(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
