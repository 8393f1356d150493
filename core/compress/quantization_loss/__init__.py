"""What quantization alone cost, and where: the accuracy, and the noise that it puts into each layer."""

from core.compress.quantization_loss.explanation import QuantizationLoss, explain
from core.compress.quantization_loss.noise import LayerNoise

__all__ = ["LayerNoise", "QuantizationLoss", "explain"]
