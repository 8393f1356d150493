"""Undo and redo over immutable values."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class History(Generic[T]):
    """The past and the undone future of a value. Neighbouring edits of the same thing are one step."""

    def __init__(self, value: T) -> None:
        self._value = value
        self._past: list[T] = []
        self._future: list[T] = []
        self._last_edit: str | None = None

    @property
    def value(self) -> T:
        return self._value

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    def edit(self, value: T, what: str | None = None) -> bool:
        """Set a new value; `what` names the thing edited, so that dragging a slider is one undo step.

        Returns whether anything changed.
        """
        if value == self._value:
            return False
        if what is None or what != self._last_edit:
            self._past.append(self._value)
        self._last_edit = what
        self._future.clear()
        self._value = value
        return True

    def end_edit(self) -> None:
        """The next edit is a step of its own (the slider was let go)."""
        self._last_edit = None

    def undo(self) -> bool:
        if not self._past:
            return False
        self._future.append(self._value)
        self._value = self._past.pop()
        self._last_edit = None
        return True

    def redo(self) -> bool:
        if not self._future:
            return False
        self._past.append(self._value)
        self._value = self._future.pop()
        self._last_edit = None
        return True
