"""How a table's columns share the width that there is, on paper and on terminals."""

from __future__ import annotations

from collections.abc import Sequence


def shared_out(least: Sequence[float], whole: Sequence[float], room: float) -> list[float]:
    """Widths between what keeps each column's words in one piece (`least`) and its cells on a line: `whole`.

    Together at most `room`, unless even the least take more.
    """
    if sum(whole) <= room or sum(least) >= room:
        return list(whole if sum(whole) <= room else least)
    share = (room - sum(least)) / (sum(whole) - sum(least))
    return [low + share * (high - low) for low, high in zip(least, whole, strict=True)]
