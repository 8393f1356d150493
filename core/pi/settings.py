"""How somebody wants a Pi to measure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from core.pi.setup.armnn import Backend


@dataclass(frozen=True, slots=True)
class PiSettings:
    """`threads` None: as many as the Pi has cores. `wheels` is a folder of this computer, for a Pi without a
    network; `armnn_backend` is what Arm NN computes with."""

    threads: int | None = None
    warmup: int = 0
    telemetry: bool = True
    wheels: str | None = None
    armnn_backend: Backend = Backend.CPU_ACC

    def to_json(self) -> dict[str, Any]:
        """The params of these names of the task `pi-bench`."""
        return {**asdict(self), "armnn_backend": self.armnn_backend.value}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> PiSettings:
        """The way back from `to_json`. Raises ValueError, KeyError or TypeError."""
        threads, wheels = value["threads"], value["wheels"]
        return cls(
            None if threads is None else int(threads),
            int(value["warmup"]),
            bool(value["telemetry"]),
            None if wheels is None else str(wheels),
            Backend(value["armnn_backend"]),
        )


DEFAULT_SETTINGS = PiSettings()
