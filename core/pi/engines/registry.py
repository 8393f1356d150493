"""All engines of the Pi, by the names that people type."""

from __future__ import annotations

from types import MappingProxyType

from core.errors import ThimbleError
from core.pi.engines.armnn import ARMNN
from core.pi.engines.base import PiEngine
from core.pi.engines.keras import KERAS
from core.pi.engines.onnxruntime import ONNXRUNTIME
from core.pi.engines.tflite import TFLITE
from core.pi.engines.xnnpack import XNNPACK

ENGINES: MappingProxyType[str, PiEngine] = MappingProxyType(
    {engine.id: engine for engine in (XNNPACK, TFLITE, ARMNN, ONNXRUNTIME, KERAS)}
)
DEFAULT_ENGINE = XNNPACK.id


def find_engine(name: str) -> PiEngine:
    """Raises ThimbleError ``unknown-engine``."""
    try:
        return ENGINES[name]
    except KeyError:
        hint = f"use one of these: {', '.join(ENGINES)}"
        raise ThimbleError("unknown-engine", f"there is no engine {name!r} on a Pi", hint) from None
