"""The cycles of each layer, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.bench.source import Source


@dataclass(frozen=True, slots=True)
class LayerCycles:
    """Means of one layer over inferences, in whole cycles. `share` is of all cycles of the layers;
    `xip_cycles`, beside `cycles`, are what the CPU waited for a flash chip (None where the two are not told
    apart); `predicted_cycles` is the planner's estimate, which knows no such waiting."""

    name: str
    op: str
    cycles: int
    xip_cycles: int | None
    share: float
    predicted_cycles: int

    def to_json(self) -> dict[str, Any]:
        """An entry of the field `layers` of ``thimble bench --json``."""
        return {
            "name": self.name,
            "op": self.op,
            "cycles": self.cycles,
            "xip_cycles": self.xip_cycles,
            "share": self.share,
            "predicted_cycles": self.predicted_cycles,
        }


@dataclass(frozen=True, slots=True)
class Profile:
    """The layers that compute anything, in the order of the calls; `runs` inferences were averaged."""

    timing: Source
    runs: int
    layers: tuple[LayerCycles, ...]

    def to_json(self) -> dict[str, Any]:
        """The fields `layers` and `profile` of ``thimble bench --json``."""
        return {
            "layers": [layer.to_json() for layer in self.layers],
            "profile": {"timing": self.timing.value, "runs": self.runs},
        }
