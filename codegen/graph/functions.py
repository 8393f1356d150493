"""Mathematical functions of one element, and activations that few networks use."""

from __future__ import annotations

from dataclasses import dataclass

from codegen.graph.operators import Unary


@dataclass(frozen=True, slots=True)
class Sin(Unary):
    """The sine; x in radians."""


@dataclass(frozen=True, slots=True)
class Cos(Unary):
    """The cosine; x in radians."""


@dataclass(frozen=True, slots=True)
class Tan(Unary):
    """The tangent; x in radians."""


@dataclass(frozen=True, slots=True)
class Asin(Unary):
    """The arcus sine; not a number outside −1 to 1."""


@dataclass(frozen=True, slots=True)
class Acos(Unary):
    """The arcus cosine; not a number outside −1 to 1."""


@dataclass(frozen=True, slots=True)
class Atan(Unary):
    """The arcus tangent."""


@dataclass(frozen=True, slots=True)
class Sinh(Unary):
    """The hyperbolic sine."""


@dataclass(frozen=True, slots=True)
class Cosh(Unary):
    """The hyperbolic cosine."""


@dataclass(frozen=True, slots=True)
class Asinh(Unary):
    """The inverse of the hyperbolic sine."""


@dataclass(frozen=True, slots=True)
class Acosh(Unary):
    """The inverse of the hyperbolic cosine; not a number below 1."""


@dataclass(frozen=True, slots=True)
class Atanh(Unary):
    """The inverse of the hyperbolic tangent; not a number outside −1 to 1."""


@dataclass(frozen=True, slots=True)
class Erf(Unary):
    """The error function."""


@dataclass(frozen=True, slots=True)
class Floor(Unary):
    """The largest whole number that is not larger."""


@dataclass(frozen=True, slots=True)
class Ceil(Unary):
    """The smallest whole number that is not smaller."""


@dataclass(frozen=True, slots=True)
class Round(Unary):
    """The nearest whole number; of two as near the even one."""


@dataclass(frozen=True, slots=True)
class Sign(Unary):
    """−1, 0 or 1."""


@dataclass(frozen=True, slots=True)
class ThresholdedRelu(Unary):
    """x where it is larger than alpha, else 0."""

    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Shrink(Unary):
    """x + bias below −lambd, x − bias above lambd, else 0."""

    lambd: float = 0.5
    bias: float = 0.0


@dataclass(frozen=True, slots=True)
class IsNan(Unary):
    """Whether x is not a number: a bool."""


@dataclass(frozen=True, slots=True)
class IsInf(Unary):
    """Whether x is infinite, of the signs that are asked for: a bool."""

    positive: bool = True
    negative: bool = True
