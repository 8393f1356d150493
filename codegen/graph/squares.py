"""Squares of differences and inverse roots: what layer normalization is made of."""

from __future__ import annotations

from dataclasses import dataclass

from codegen.graph.operators import Binary, Unary


@dataclass(frozen=True, slots=True)
class SquaredDifference(Binary):
    """(a − b)²."""


@dataclass(frozen=True, slots=True)
class Rsqrt(Unary):
    """1 / √x."""
