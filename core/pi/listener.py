"""Who is told what happens while a Pi measures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.pi.events import PiEvent
from core.pi.upload import OnBytes


def _nobody(*_: object) -> None:
    """For what nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Listener:
    """`event` takes what the runner says of the measurement, `say` a sentence, `sent` bytes of a delegate's
    archive and of how many. `before_series` is called when all that is left is to measure, once more where
    another engine takes over. `check` is called again and again, also while nothing comes: what it raises
    ends the work on the Pi, as CancelledByUser does.
    """

    event: Callable[[PiEvent], None] = _nobody
    say: Callable[[str], None] = _nobody
    sent: OnBytes = _nobody
    check: Callable[[], None] = _nobody
    before_series: Callable[[], None] = _nobody
