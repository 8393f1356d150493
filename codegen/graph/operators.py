"""The operators: one class each, with their options.

Two things are said of a class where they hold: `fuses_activation`, that it has a field `activation`; and
`weight_axis`, that its second input holds trained weights, with the output channels along this axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from codegen.graph.tensor import NO_PADDING, Activation, Padding, Rounding


@dataclass(frozen=True, slots=True)
class Op:
    """One operator. `name` is the layer's name; `inputs` and `outputs` are names of tensors."""

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    fuses_activation: ClassVar[bool] = False
    weight_axis: ClassVar[int | None] = None

    @property
    def kind(self) -> str:
        """The operator's name as people know it from Keras."""
        return type(self).__name__


# Layers with weights.


@dataclass(frozen=True, slots=True)
class Conv2D(Op):
    """Inputs: activations, filter ``[out, h, w, in / groups]``, bias ``[out]``."""

    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    padding: Padding = NO_PADDING
    activation: Activation = Activation.NONE
    groups: int = 1
    rounding: Rounding = Rounding.TWICE

    fuses_activation: ClassVar[bool] = True
    weight_axis: ClassVar[int | None] = 0


@dataclass(frozen=True, slots=True)
class DepthwiseConv2D(Op):
    """Inputs: activations, filter ``[1, h, w, out]``, bias ``[out]``.

    Output channel c reads input channel c // (out / in).
    """

    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    padding: Padding = NO_PADDING
    activation: Activation = Activation.NONE
    rounding: Rounding = Rounding.TWICE

    fuses_activation: ClassVar[bool] = True
    weight_axis: ClassVar[int | None] = 3


@dataclass(frozen=True, slots=True)
class Dense(Op):
    """Inputs: activations ``[1, in]``, weights ``[out, in]``, bias ``[out]``."""

    activation: Activation = Activation.NONE

    fuses_activation: ClassVar[bool] = True
    weight_axis: ClassVar[int | None] = 0


@dataclass(frozen=True, slots=True)
class BatchNorm(Op):
    """Inputs: activations, then gamma, beta, mean and variance, each ``[channels]``.

    (x − mean) / sqrt(variance + epsilon) · gamma + beta, along the last axis.
    """

    epsilon: float = 1e-3


# Pooling and reductions.


@dataclass(frozen=True, slots=True)
class MaxPool2D(Op):
    pool: tuple[int, int] = (2, 2)
    stride: tuple[int, int] = (2, 2)
    padding: Padding = NO_PADDING
    activation: Activation = Activation.NONE

    fuses_activation: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class AveragePool2D(Op):
    """The mean of what lies inside the image; with `counts_padding` padding counts as zeros."""

    pool: tuple[int, int] = (2, 2)
    stride: tuple[int, int] = (2, 2)
    padding: Padding = NO_PADDING
    activation: Activation = Activation.NONE
    counts_padding: bool = False

    fuses_activation: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Reduce(Op):
    """Over `axes`, ascending and not negative; with `keep_dims` they stay with length 1."""

    axes: tuple[int, ...] = (1, 2)
    keep_dims: bool = False


@dataclass(frozen=True, slots=True)
class Mean(Reduce):
    """Keras: GlobalAveragePooling2D, and means over other axes."""


@dataclass(frozen=True, slots=True)
class ReduceMax(Reduce):
    """The largest along the axes."""


@dataclass(frozen=True, slots=True)
class ReduceSum(Reduce):
    """The sum along the axes."""


@dataclass(frozen=True, slots=True)
class ReduceMin(Reduce):
    """The smallest along the axes."""


@dataclass(frozen=True, slots=True)
class ReduceProd(Reduce):
    """The product along the axes."""


@dataclass(frozen=True, slots=True)
class ArgMax(Op):
    """The place of the first (or `last`) of the largest along `axis`, as int32 or int64."""

    axis: int = -1
    keep_dims: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class ArgMin(ArgMax):
    """The place of the first (or `last`) of the smallest along `axis`, as int32 or int64."""


# Of two inputs, element by element; shapes are broadcast as in NumPy. One input may be a constant.


@dataclass(frozen=True, slots=True)
class Binary(Op):
    """Of two inputs, element by element."""


@dataclass(frozen=True, slots=True)
class Add(Binary):
    activation: Activation = Activation.NONE

    fuses_activation: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Sub(Binary):
    activation: Activation = Activation.NONE

    fuses_activation: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Mul(Binary):
    activation: Activation = Activation.NONE

    fuses_activation: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Div(Binary):
    activation: Activation = Activation.NONE

    fuses_activation: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Minimum(Binary):
    """The smaller of the two."""


@dataclass(frozen=True, slots=True)
class Maximum(Binary):
    """The larger of the two."""


# Of one input, element by element.


@dataclass(frozen=True, slots=True)
class Unary(Op):
    """Of one input, element by element."""


@dataclass(frozen=True, slots=True)
class Relu(Unary):
    """A ReLU or ReLU6 that stands alone; a pass fuses it into the operator before it."""

    activation: Activation = Activation.RELU


@dataclass(frozen=True, slots=True)
class LeakyRelu(Unary):
    """x, or alpha · x where x is negative."""

    alpha: float = 0.2


@dataclass(frozen=True, slots=True)
class PRelu(Op):
    """LeakyRelu with a trained slope: the second input, broadcast over the first."""


@dataclass(frozen=True, slots=True)
class Elu(Unary):
    """x, or alpha · (exp(x) − 1) where x is negative."""

    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Sigmoid(Unary):
    """1 / (1 + exp(−x))."""


@dataclass(frozen=True, slots=True)
class HardSigmoid(Unary):
    """min(1, max(0, alpha · x + beta))."""

    alpha: float = 0.2
    beta: float = 0.5


@dataclass(frozen=True, slots=True)
class HardSwish(Unary):
    """x · min(6, max(0, x + 3)) / 6."""


@dataclass(frozen=True, slots=True)
class Silu(Unary):
    """x · sigmoid(x)."""


@dataclass(frozen=True, slots=True)
class Gelu(Unary):
    """x · Φ(x); `approximate` with the tanh formula."""

    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Tanh(Unary):
    """The hyperbolic tangent."""


@dataclass(frozen=True, slots=True)
class Exp(Unary):
    """e to the power of x."""


@dataclass(frozen=True, slots=True)
class Log(Unary):
    """The natural logarithm."""


@dataclass(frozen=True, slots=True)
class Sqrt(Unary):
    """The square root."""


@dataclass(frozen=True, slots=True)
class Abs(Unary):
    """|x|."""


@dataclass(frozen=True, slots=True)
class Neg(Unary):
    """−x."""


@dataclass(frozen=True, slots=True)
class Clip(Unary):
    """min(high, max(low, x))."""

    low: float = float("-inf")
    high: float = float("inf")


@dataclass(frozen=True, slots=True)
class Quantize(Unary):
    """Float to int8, or int8 with one scale to int8 with another."""


@dataclass(frozen=True, slots=True)
class Dequantize(Unary):
    """int8 to float."""


# Along the last axis.


@dataclass(frozen=True, slots=True)
class Softmax(Op):
    """Over the last axis."""

    beta: float = 1.0


@dataclass(frozen=True, slots=True)
class LogSoftmax(Op):
    """The logarithm of the softmax over the last axis."""


# Moving elements.


@dataclass(frozen=True, slots=True)
class Reshape(Op):
    """The same elements in another shape (Keras: Flatten, Reshape)."""


@dataclass(frozen=True, slots=True)
class Concat(Op):
    """The inputs one after another along `axis`, which is not negative."""

    axis: int = 3


@dataclass(frozen=True, slots=True)
class Split(Op):
    """The input cut along `axis` into the outputs, in their order."""

    axis: int = 3


@dataclass(frozen=True, slots=True)
class Slice(Op):
    """Elements from `begin` in steps of `step`, as many as the output has; one entry an axis."""

    begin: tuple[int, ...] = ()
    step: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Pad(Op):
    """`value` (a real number) before and after; one entry an axis."""

    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Transpose(Op):
    """Axis i of the output is axis `permutation[i]` of the input."""

    permutation: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Resize(Op):
    """Height and width to those of the output; places as in TensorFlow."""

    align_corners: bool = False
    half_pixel_centers: bool = False


@dataclass(frozen=True, slots=True)
class ResizeNearest(Resize):
    """The nearest element."""


@dataclass(frozen=True, slots=True)
class ResizeBilinear(Resize):
    """Between the four elements around."""
