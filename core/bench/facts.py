"""What a credible result tells beside its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Facts:
    """Under what circumstances was measured; None where it does not apply or is not known.

    `tools` are names and versions of what built and ran the model. `threads`, `governor` (of the CPU's
    frequency) and `throttled` (the CPU slowed down meanwhile) are those of computers.
    """

    clock_hz: int | None = None
    compiler: str | None = None
    tools: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    threads: int | None = None
    governor: str | None = None
    throttled: bool | None = None

    def to_json(self) -> dict[str, Any]:
        """The field `facts` of ``thimble bench --json``; what is not known is left out."""
        known = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "tools"}
        told: dict[str, Any] = {name: value for name, value in known.items() if value is not None}
        return told | ({"tools": dict(self.tools)} if self.tools else {})


NO_FACTS = Facts()
