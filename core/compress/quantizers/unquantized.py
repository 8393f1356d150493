"""No quantization: 32-bit floating point stays as it is."""

from __future__ import annotations

from typing import Any

from core.compress.quantizers.base import PostTraining
from core.data.dataset import FloatArray


class Unquantized(PostTraining):
    """The converter's own setting; nothing is calibrated."""

    def configure(self, converter: Any, calibration: FloatArray) -> None:
        """Leave the converter as it is."""
