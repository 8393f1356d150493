"""What computes on the Pi. One file an engine; `registry` lists them."""

from core.pi.engines.base import ModelForm, PiEngine
from core.pi.engines.registry import DEFAULT_ENGINE, ENGINES, find_engine

__all__ = ["DEFAULT_ENGINE", "ENGINES", "ModelForm", "PiEngine", "find_engine"]
