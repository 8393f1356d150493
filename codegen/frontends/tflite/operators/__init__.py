"""One reader an operator of the TFLite schema; one file a family."""

from codegen.frontends.tflite.operators import (
    elementwise,
    logic,
    movements,
    places,
    pooling,
    slices,
    stacks,
    weights,
)
from codegen.frontends.tflite.steps import Reader

READERS: dict[str, Reader] = {
    **weights.READERS,
    **pooling.READERS,
    **elementwise.READERS,
    **logic.READERS,
    **movements.READERS,
    **slices.READERS,
    **stacks.READERS,
    **places.READERS,
}

__all__ = ["READERS"]
