"""What a Keras model tells about the range of its inputs. For worker processes; Keras is not needed here."""

from __future__ import annotations

from typing import Any

from core.data.scaling import PIXELS, Normalization
from core.recipe import Scaling

#: What divides the pixels in a `Rescaling` that stands first: to 0…1, or to −1…1.
_PIXEL_DIVISORS = (255.0, 127.5)


def inputs_of(model: Any) -> Normalization | None:
    """Pixels of 0…255, when the model begins with a `Rescaling` made for them; None when nothing tells.

    What stands deeper is not looked for: augmentation and the like mean nothing for the range.
    """
    first = next((layer for layer in model.layers if type(layer).__name__ != "InputLayer"), None)
    scale = getattr(first, "scale", None)
    if type(first).__name__ != "Rescaling" or not isinstance(scale, int | float) or not scale:
        return None
    is_for_pixels = any(abs(divisor * scale - 1.0) < 0.01 for divisor in _PIXEL_DIVISORS)
    return Normalization(Scaling.PIXELS, raw=PIXELS) if is_for_pixels else None
