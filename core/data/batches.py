"""Samples batch by batch. What is not in memory is read a little ahead, in a thread of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.samples import Places, Samples

_BATCHES_AHEAD = 2


def batches_in_order(count: int, size: int) -> Iterator[Places]:
    """The places of `count` samples in batches of `size`, the last one filled up from the start.

    Batches of one size keep Keras from compiling its functions twice.
    """
    for start in range(0, count, size):
        yield np.arange(start, start + min(size, count)) % count


def read_batches(samples: Samples, batches: Iterable[Places]) -> Iterator[npt.NDArray[Any]]:
    """`samples[places]` for each of the batches, in their order.

    An error of reading is raised where its batch would have come.
    """
    if isinstance(samples, np.ndarray):
        for places in batches:
            yield samples[places]
        return
    pending: deque[Future[npt.NDArray[Any]]] = deque()
    reader = ThreadPoolExecutor(1, "read-ahead")
    try:
        for places in batches:
            pending.append(reader.submit(samples.__getitem__, places))
            if len(pending) > _BATCHES_AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        reader.shutdown(wait=True, cancel_futures=True)
