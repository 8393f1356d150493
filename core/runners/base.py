"""What a runner is."""

from __future__ import annotations

from abc import ABC, abstractmethod

from core.data.samples import FloatArray


class Runner(ABC):
    """Runs a model file with one input and one output on float samples, whatever it computes with inside."""

    #: Shape of a sample without the batch, images in NHWC.
    sample_shape: tuple[int, ...]
    #: Length of the output vector.
    outputs: int

    @abstractmethod
    def run(self, samples: FloatArray) -> FloatArray:
        """The outputs ``[1, n]`` as real numbers for one sample ``[1, …]``."""
