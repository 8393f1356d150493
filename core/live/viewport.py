"""Which part of a run is looked at: it follows what comes until somebody zooms or moves."""

from __future__ import annotations

from core.live.signal import Span

#: Shorter spans show nothing that the clocks could tell.
_LEAST_S = 1e-5
#: Beside the last sample, which is seen too.
_BEHIND_S = 1e-6
#: How much of the whole run may be left of and right of it.
_BESIDE = 0.5
EMPTY = Span(0.0, 1.0)


class Viewport:
    """`span` is what is shown. `whole` is the run so far."""

    def __init__(self) -> None:
        self.span = EMPTY
        self.following = True
        self.paused = False
        self._whole = EMPTY

    def clear(self) -> None:
        """A new run begins."""
        self.span, self._whole, self.following, self.paused = EMPTY, EMPTY, True, False

    def grow(self, whole: Span | None) -> None:
        """The run is so long now."""
        if whole is None or self.paused:
            return
        self._whole = Span(whole.begin_s, max(whole.end_s + _BEHIND_S, whole.begin_s + _LEAST_S))
        if self.following:
            self.span = self._whole

    def show(self, span: Span) -> None:
        """Look at a span, cut to the surroundings of the run and to what can be told apart."""
        beside_s = _BESIDE * self._whole.duration_s
        length_s = min(max(span.duration_s, _LEAST_S), self._whole.duration_s + 2 * beside_s)
        begin_s = min(
            max(span.begin_s, self._whole.begin_s - beside_s), self._whole.end_s + beside_s - length_s
        )
        self.following = False
        self.span = Span(begin_s, begin_s + length_s)

    def show_whole(self) -> None:
        """Look at everything, and follow what comes."""
        self.following = True
        self.span = self._whole

    def zoom(self, factor: float) -> None:
        """Around the middle; factors below 1 show less, in more detail."""
        middle_s = (self.span.begin_s + self.span.end_s) / 2
        half_s = self.span.duration_s * factor / 2
        self.show(Span(middle_s - half_s, middle_s + half_s))

    def move(self, share: float) -> None:
        """By a share of what is shown; to the left where it is negative."""
        step_s = share * self.span.duration_s
        self.show(Span(self.span.begin_s + step_s, self.span.end_s + step_s))

    @property
    def middle_third(self) -> Span:
        """Where markers stand at first."""
        third_s = self.span.duration_s / 3
        return Span(self.span.begin_s + third_s, self.span.end_s - third_s)
