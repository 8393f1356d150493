"""Expected failures, as values: a stable code, what happened, and the next step."""

from __future__ import annotations

from codegen.errors import CodegenError


class ThimbleError(Exception):
    """An expected failure. `code` is for programs, `what` and `hint` for people (one sentence each)."""

    def __init__(self, code: str, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.hint = hint


#: What callers catch when something may fail in an expected way.
EXPECTED_ERRORS = (ThimbleError, CodegenError)


class CancelledByUser(Exception):  # noqa: N818 - not an error: the user asked for it
    """Raised inside a job at the next safe point after a cancel request."""
