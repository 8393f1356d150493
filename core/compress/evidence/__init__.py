"""What criteria need besides the weights, measured with the model and the data. For worker processes."""

from core.compress.evidence.gathering import gather

__all__ = ["gather"]
