"""What a profiling build has in its model.c besides: each call is a timed region of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from codegen.kernels import LoweredLayer

#: codegen/targets/firmware/profile.h; only firmware is built so.
PROFILE_INCLUDE = '\n#include "profile.h"'

_TABLE = """
/* What each call of the last inference took. */
struct timing profile_layers[{count}];
const uint16_t profile_layer_count = {count};
"""


def profiled_layers(layers: Iterable[LoweredLayer]) -> list[LoweredLayer]:
    """The layers that are a call, in its order: those that the board counts."""
    return [layer for layer in layers if layer.function]


def profile_table(layers: Sequence[LoweredLayer]) -> str:
    """The C that keeps the counts. Raises ValueError where there is nothing to count."""
    count = len(profiled_layers(layers))
    if not count:
        raise ValueError("a network without any call has no profile")
    return _TABLE.format(count=count)


def bracketed(layers: Sequence[LoweredLayer], calls: Sequence[str]) -> list[str]:
    """The calls, each between the beginning and the end of a timed region."""
    result, number = [], 0
    for layer, call in zip(layers, calls, strict=True):
        if not layer.function:
            result.append(call)
            continue
        result.append(
            f"    timing_begin();\n{call}\n    timing_end();\n    profile_layers[{number}] = timing_last();"
        )
        number += 1
    return result
