"""Operators that cut pieces out."""

from __future__ import annotations

from functools import partial
from typing import Any

from codegen.frontends.tflite.site import Site
from codegen.frontends.tflite.steps import Reader, StepBuilder, Steps
from codegen.graph import Op, Reshape, Slice, Split


def _split_of(site: Site, data: int, axis: int) -> Op:
    source, rank = site.inputs[data], len(site.inputs[data].shape)
    (along,) = site.integers(axis, "axis")
    if not -rank <= along < rank:
        raise site.refuse(f"the axis {along} of {rank}", "export the model again")
    return Split(site.layer, (source.name,), site.names()[1], along % rank)


def _slice(site: Site) -> Op:
    begin = site.integers(1, "begin")
    return Slice(site.layer, *site.names(1), begin, (1,) * len(begin))


def _reverse(site: Site) -> Op:
    shape = site.inputs[0].shape
    turned = {site.axis(n) for n in site.integers(1, "axis")}
    begin = tuple(n - 1 if axis in turned else 0 for axis, n in enumerate(shape))
    return Slice(
        site.layer, *site.names(1), begin, tuple(-1 if a in turned else 1 for a in range(len(shape)))
    )


def _strided_slice(site: Site) -> Steps:
    """A Slice, and a Reshape where axes appear or vanish."""
    if site.options.offset:
        raise site.refuse("ends that count from the begin", "export the model again")
    taken = [_range(n, *entry) for n, entry in zip(site.inputs[0].shape, _entries(site), strict=True)]
    if not all(taken):
        raise site.refuse("nothing in it", "take at least one element along each axis")
    begin, step = tuple(r[0] for r in taken), tuple(r.step for r in taken)
    shape, steps = tuple(len(r) for r in taken), StepBuilder(site)
    cut = partial(Slice, begin=begin, step=step)
    if shape == site.outputs[0].shape:
        steps.last(site.inputs[0], cut)
    else:
        steps.last(steps.between(site.inputs[0], shape, cut), Reshape)
    return steps.done()


#: (begin, end, step), None where the axis is taken from its beginning or to its end.
_Entry = tuple[int | None, int | None, int]


def _entries(site: Site) -> list[_Entry]:
    """One entry an axis of the input, from those of the file, where an ellipsis stands for some."""
    options, rank = site.options, len(site.inputs[0].shape)
    given = list(
        zip(*(site.integers(n, what) for n, what in ((1, "begin"), (2, "end"), (3, "step"))), strict=True)
    )
    new = [n for n in range(len(given)) if _bit(options.newAxisMask, n)]
    ellipsis = next((n for n in range(len(given)) if _bit(options.ellipsisMask, n)), None)
    left = rank - len(given) + len(new) + (ellipsis is not None)
    if left < 0 or any(step == 0 for *_, step in given):
        raise site.refuse(f"{len(given)} entries for {rank} axes", "export the model again")
    entries: list[_Entry] = []
    for n, entry in enumerate(given):
        if n == ellipsis:
            entries += [(None, None, 1)] * left
        elif n not in new:
            entries.append(_entry(options, n, *entry))
    return entries if ellipsis is not None else entries + [(None, None, 1)] * left


def _entry(options: Any, n: int, begin: int, end: int, step: int) -> _Entry:
    if _bit(options.shrinkAxisMask, n):
        return begin, begin + 1 if begin != -1 else None, 1
    whole_begin, whole_end = _bit(options.beginMask, n), _bit(options.endMask, n)
    return None if whole_begin else begin, None if whole_end else end, step


def _range(size: int, begin: int | None, end: int | None, step: int) -> range:
    """The indices taken along an axis; Python's slices count as TensorFlow's do."""
    return range(size)[begin:end:step]


def _bit(mask: Any, n: int) -> bool:
    return bool(int(mask) & (1 << n))


READERS: dict[str, Reader] = {
    "SPLIT": lambda site: _split_of(site, data=1, axis=0),
    "SPLIT_V": lambda site: _split_of(site, data=0, axis=2),
    "SLICE": _slice,
    "STRIDED_SLICE": _strided_slice,
    "REVERSE_V2": _reverse,
}
