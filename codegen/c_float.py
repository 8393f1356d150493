"""Floating-point numbers as C text."""

from __future__ import annotations

import numpy as np

#: Of <float.h>.
_LARGEST = "FLT_MAX"


def c_float(value: float) -> str:
    """The C literal that reads back as exactly this one (the largest for infinity)."""
    single = np.float32(value)
    if not np.isfinite(single):
        return f"-{_LARGEST}" if single < 0 else _LARGEST
    text = str(single)
    return f"{text}f" if "." in text or "e" in text else f"{text}.0f"
