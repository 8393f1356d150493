"""Comparisons as the kernels take them: which of the four outcomes hold."""

from __future__ import annotations

from codegen.graph import Compare, Relation
from codegen.kernels.base import Field, u8

_LESS, _EQUAL, _GREATER, _UNORDERED = 1, 2, 4, 8
_HOLDS = {
    Relation.EQUAL: _EQUAL,
    Relation.NOT_EQUAL: _LESS + _GREATER + _UNORDERED,
    Relation.LESS: _LESS,
    Relation.LESS_EQUAL: _LESS + _EQUAL,
    Relation.GREATER: _GREATER,
    Relation.GREATER_EQUAL: _GREATER + _EQUAL,
}


def holds(op: Compare) -> Field:
    return u8("holds", _HOLDS[op.relation])
