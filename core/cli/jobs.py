"""Long work from the command line: a worker process, its progress on stderr, Ctrl-C to cancel."""

from __future__ import annotations

import math
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

from core.errors import ThimbleError
from core.jobs.events import Done, Event, Failed, Log, Partial, Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from core.cli.terminal import Terminal

#: Between two lines of progress where there is no terminal to draw a bar in.
_LINE_EVERY_S = 5.0


class JobCrashed(Exception):  # noqa: N818 - told apart from expected errors by its name
    """A worker failed in an unexpected way; `details` is its traceback."""

    def __init__(self, what: str, details: str) -> None:
        super().__init__(what)
        self.details = details


def run_job(task: str, params: dict[str, Any], terminal: Terminal) -> dict[str, Any]:
    """Run a task in a worker process and return its result.

    Raises ThimbleError for its expected failures, JobCrashed for others, and KeyboardInterrupt when the
    user pressed Ctrl-C: the job has then been cancelled and has ended.
    """
    from core.jobs.host import start_job

    with ProgressShown() as shown:
        handle = start_job(task, params, shown)
        try:
            end = handle.wait()
        except KeyboardInterrupt:
            terminal.say("stopping …")
            handle.cancel()
            handle.wait()
            raise
    if isinstance(end, Done):
        return end.result
    if isinstance(end, Failed):
        if end.expected:
            raise ThimbleError(end.code, end.what, end.hint)
        raise JobCrashed(end.what, end.details)
    raise KeyboardInterrupt


class ProgressShown:
    """Shows the progress of a job on stderr: a bar in a terminal, else a line now and then."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._row: Any = None
        self._boards: dict[str, Any] = {}
        #: By board, empty for the whole job: when a line of it was printed last, and which.
        self._lines: dict[str, tuple[float, str]] = {}

    def __enter__(self) -> ProgressShown:
        if sys.stderr.isatty():
            self._bar = _bar()
            self._bar.start()
            self._row = self._bar.add_task("Starting", total=1.0, left="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, event: Event) -> None:
        if isinstance(event, Log):
            self._say(event.text)
        if isinstance(event, Partial) and event.kind == "board":
            self._show_board(event.data)
        if not isinstance(event, Progress):
            return
        if self._bar is not None:
            left = "" if event.remaining_s is None else f"about {_duration(event.remaining_s)} left"
            self._bar.update(self._row, completed=event.fraction, description=event.text, left=left)
            return
        self._line("", event.fraction, event.text)

    def _line(self, board: str, fraction: float, text: str) -> None:
        """Where there is no bar: not more often than can be read, and each board in its own time."""
        now_s = time.monotonic()
        last_s, last_text = self._lines.get(board, (-math.inf, ""))
        if now_s - last_s >= _LINE_EVERY_S and text != last_text:
            self._lines[board] = now_s, text
            self._say(f"{100 * fraction:3.0f} %  {text}")

    def _show_board(self, told: dict[str, Any]) -> None:
        """One of several boards that work side by side: a bar of its own, or lines and how it ended."""
        ended = "" if told["error"] is None else told["error"]["what"]
        words = f"{told['title']}: {ended or told['text'] or told['state']}"
        if self._bar is None:
            if told["state"] == "running":
                self._line(told["board"], told["fraction"], words)
            else:
                self._say(words)
            return
        if told["board"] not in self._boards:
            self._boards[told["board"]] = self._bar.add_task(told["title"], total=1.0, left="")
        self._bar.update(self._boards[told["board"]], completed=told["fraction"], description=words)

    def _say(self, text: str) -> None:
        """A line of the log, above the bar where there is one."""
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False)
        else:
            print(text, file=sys.stderr, flush=True)


def _bar() -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn
    from rich.progress import Progress as Bar

    return Bar(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[left]}", markup=False),
        console=Console(stderr=True),
    )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    return f"{round(seconds / 60)} min"
