"""Where words go: results to stdout, everything else to stderr."""

from __future__ import annotations

import contextlib
import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from core.cli.tables import Fitted


#: Of sentences where stdout is a file or a pipe; tables are as wide as they need to be.
_WIDTH_OF_FILES = 120


class Terminal:
    """The two streams of one command. With `as_json`, stdout gets one JSON value and nothing else."""

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json
        self._stdout = sys.stdout

    @contextlib.contextmanager
    def guarded(self) -> Iterator[None]:
        """While a command runs, whatever a library prints goes to stderr."""
        with contextlib.redirect_stdout(sys.stderr):
            yield

    def say(self, text: str) -> None:
        """A line for people, on stderr."""
        print(text, file=sys.stderr, flush=True)

    def result(self, value: Any, show: Callable[[Console], None]) -> None:
        """The command's result: `value` as JSON when that was asked for, else what `show` draws."""
        if self.as_json:
            print(json.dumps(plain(value), indent=2, allow_nan=False), file=self._stdout, flush=True)
            return
        from rich.console import Console

        from core.cli.tables import Sheet

        kind, width = (Console, None) if self._stdout.isatty() else (Sheet, _WIDTH_OF_FILES)
        show(kind(file=self._stdout, width=width, markup=False, highlight=False, emoji=False))


def plain(value: Any) -> Any:
    """The value as JSON can hold it: NaN and the infinities, which JSON lacks, become null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value


def table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], text: Sequence[int] = (0,)
) -> Fitted:
    """A table for people; the columns in `text` hold words, the others numbers."""
    from core.cli.tables import Fitted

    return Fitted(title, columns, rows, text)
