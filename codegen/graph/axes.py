"""Operators along one axis: running sums, the largest marked, elements taken by a table, resampling."""

from __future__ import annotations

from dataclasses import dataclass

from codegen.graph.operators import Op


@dataclass(frozen=True, slots=True)
class CumSum(Op):
    """The sum of the elements up to each along `axis`; `exclusive` without itself, `reverse` from the end."""

    axis: int = 0
    exclusive: bool = False
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Hardmax(Op):
    """1 at the first of the largest along the last axis, else 0."""


@dataclass(frozen=True, slots=True)
class Take(Op):
    """Inputs: activations, constant places (int32) ``[n]`` along `axis`. A place of −1 gives 0."""

    axis: int = 0


@dataclass(frozen=True, slots=True)
class Resample(Op):
    """Inputs: activations, constant weights ``[n, taps]``, constant first places (int32) ``[n]``.

    Along `axis`, output i is Σ weights[i, t] · input[first[i] + t].
    """

    axis: int = 1


@dataclass(frozen=True, slots=True)
class Stored(Op):
    """A constant as an output of the network."""
