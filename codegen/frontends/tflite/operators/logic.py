"""Comparisons and choices, and functions that few networks use; in float."""

from __future__ import annotations

from functools import partial

from codegen.frontends.tflite.site import Site
from codegen.frontends.tflite.steps import Reader
from codegen.graph import (
    BitOperation,
    Bitwise,
    Ceil,
    Compare,
    Cos,
    CumSum,
    DType,
    Floor,
    Mod,
    Not,
    Op,
    Power,
    Relation,
    Round,
    Select,
    Sign,
    Sin,
)


def _compare(relation: Relation) -> Reader:
    def read(site: Site) -> Op:
        if any(t.dtype is DType.INT8 for t in site.inputs):
            raise site.refuse("int8 numbers to compare", "keep this layer in float")
        return Compare(site.layer, *site.names(), relation)

    return read


def _bitwise(operation: BitOperation) -> Reader:
    return lambda site: Bitwise(site.layer, *site.names(), operation)


def _plain(made: type[Op]) -> Reader:
    """An operator without options."""
    return lambda site: made(site.layer, *site.names())


def _select(site: Site) -> Op:
    return Select(site.layer, *site.names())


def _cum_sum(site: Site) -> Op:
    (axis,), options = site.integers(1, "axis"), site.options
    made = partial(CumSum, exclusive=bool(options.exclusive), reverse=bool(options.reverse))
    return made(site.layer, *site.names(1), site.axis(axis))


READERS: dict[str, Reader] = {
    "EQUAL": _compare(Relation.EQUAL),
    "NOT_EQUAL": _compare(Relation.NOT_EQUAL),
    "LESS": _compare(Relation.LESS),
    "LESS_EQUAL": _compare(Relation.LESS_EQUAL),
    "GREATER": _compare(Relation.GREATER),
    "GREATER_EQUAL": _compare(Relation.GREATER_EQUAL),
    "LOGICAL_AND": _bitwise(BitOperation.AND),
    "LOGICAL_OR": _bitwise(BitOperation.OR),
    "LOGICAL_NOT": _plain(Not),
    "SELECT": _select,
    "SELECT_V2": _select,
    "POW": _plain(Power),
    "FLOOR_MOD": _plain(Mod),
    "FLOOR": _plain(Floor),
    "CEIL": _plain(Ceil),
    "ROUND": _plain(Round),
    "SIGN": _plain(Sign),
    "SIN": _plain(Sin),
    "COS": _plain(Cos),
    "CUMSUM": _cum_sum,
}
