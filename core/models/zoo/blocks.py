"""A few layers that stand together in several architectures."""

from core.models.zoo.layers import BatchNorm, Conv, LayerSpec, Pad, Relu


def same(filters: int) -> Conv:
    """A 3×3 convolution with ReLU that keeps the size."""
    return Conv(filters, padding=Pad.SAME)


def normed(
    filters: int, kernel: int = 3, stride: int = 1, padding: Pad = Pad.SAME, momentum: float = 0.99
) -> tuple[LayerSpec, ...]:
    """A convolution, batch norm, ReLU."""
    return Conv(filters, kernel, stride, padding, "linear"), BatchNorm(momentum), Relu()
