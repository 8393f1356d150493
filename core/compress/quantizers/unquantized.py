"""No quantization: 32-bit floating point stays as it is."""

from __future__ import annotations

from typing import Any

from core.compress.quantizers.base import PostTraining, Samples


class Unquantized(PostTraining):
    """The converter's own setting; nothing is calibrated."""

    def configure(self, converter: Any, samples: Samples) -> None:
        """Leave the converter as it is."""
