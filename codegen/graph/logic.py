"""Operators that compare, choose, count in bits or change the type of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from codegen.graph.operators import Binary, Op, Unary


class Relation(Enum):
    """What a Compare asks of its inputs a and b."""

    EQUAL = "equal"
    NOT_EQUAL = "not_equal"
    LESS = "less"
    LESS_EQUAL = "less_equal"
    GREATER = "greater"
    GREATER_EQUAL = "greater_equal"


class BitOperation(Enum):
    """What a Bitwise does with the bits of its inputs; of bools the logical operation."""

    AND = "and"
    OR = "or"
    XOR = "xor"
    SHIFT_LEFT = "shift_left"
    SHIFT_RIGHT = "shift_right"


@dataclass(frozen=True, slots=True)
class Compare(Binary):
    """Whether a stands in the relation to b: bools."""

    relation: Relation = Relation.EQUAL


@dataclass(frozen=True, slots=True)
class Bitwise(Binary):
    """The operation on the bits of two integers or bools."""

    operation: BitOperation = BitOperation.AND


@dataclass(frozen=True, slots=True)
class Not(Unary):
    """The other bool; of integers all bits the other way."""


@dataclass(frozen=True, slots=True)
class Select(Op):
    """Inputs: bools, a, b, broadcast as in NumPy: a where the bool holds, else b."""


@dataclass(frozen=True, slots=True)
class Cast(Unary):
    """To the type of the output. Floats lose what is behind the point; what is too large becomes the nearest
    limit of the type; bools are 0 and 1, and whatever is not 0 is true."""


@dataclass(frozen=True, slots=True)
class Power(Binary):
    """a to the power of b."""


@dataclass(frozen=True, slots=True)
class Mod(Binary):
    """What is left of a / b: with the sign of b, or with `truncated` that of a (C's fmod)."""

    truncated: bool = False
