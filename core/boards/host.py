"""The generated C as a program on this computer."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

from core.child_process import end_child
from core.errors import ThimbleError

_ANSWER_S = 900.0
_END_S = 5.0
_TIME_BYTES = 8


class HostProgram:
    """A running program: `with HostProgram(path) as program: program.infer(sample)`.

    Entering raises ThimbleError ``host-program`` when it does not start. Attributes: `input_bytes` and
    `output_bytes` of the model, `startup_s` from the start until the model is ready.
    """

    def __init__(self, program: Path, answer_s: float = _ANSWER_S) -> None:
        self._program = program
        self._answer_s = answer_s
        self._process: subprocess.Popen[bytes] | None = None
        self._timed_out = False
        self.input_bytes = 0
        self.output_bytes = 0
        self.startup_s = 0.0

    def __enter__(self) -> HostProgram:
        started_s = time.perf_counter()
        try:
            self._process = subprocess.Popen(
                [str(self._program), "--timed"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise _failed(f"it does not start: {error.strerror}") from error
        try:
            self.input_bytes, self.output_bytes = self._read_sizes()
        except BaseException:
            self._end()
            raise
        self.startup_s = time.perf_counter() - started_s
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def infer(self, sample: bytes) -> tuple[bytes, float]:
        """(output, latency_s) of one sample of `input_bytes`. Raises ThimbleError ``host-program``."""
        if len(sample) != self.input_bytes:
            raise ValueError(f"a sample of {len(sample)} bytes, the model reads {self.input_bytes}")
        try:
            self._stdin.write(sample)
            self._stdin.flush()
        except OSError:
            raise self._ended() from None
        answer = self._read(self.output_bytes + _TIME_BYTES)
        latency_ns = int.from_bytes(answer[self.output_bytes :], "little")
        return answer[: self.output_bytes], latency_ns * 1e-9

    def _read_sizes(self) -> tuple[int, int]:
        with self._deadline():
            line = self._stdout.readline()
        try:
            input_bytes, output_bytes = map(int, line.split())
        except ValueError:
            raise self._ended() from None
        return input_bytes, output_bytes

    def _read(self, length: int) -> bytes:
        with self._deadline():
            data = self._stdout.read(length)
        if len(data) != length:
            raise self._ended()
        return data

    def _deadline(self) -> _Deadline:
        return _Deadline(self._answer_s, self._kill)

    def _kill(self) -> None:
        self._timed_out = True
        if self._process is not None:
            self._process.kill()

    def _ended(self) -> ThimbleError:
        if self._timed_out:
            return _failed(f"it gave no answer within {self._answer_s:.0f} s")
        status = self._process.poll() if self._process is not None else None
        return _failed("it ended early" + ("" if status is None else f" with status {status}"))

    @property
    def _stdin(self) -> IO[bytes]:
        return self._pipe(self._process.stdin if self._process else None)

    @property
    def _stdout(self) -> IO[bytes]:
        return self._pipe(self._process.stdout if self._process else None)

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise RuntimeError("the program is not running")
        return pipe

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            end_child(process, _END_S)


class _Deadline:
    """Calls `expire` when the block takes longer than `seconds`: pipes have no timeout everywhere."""

    def __init__(self, seconds: float, expire: Callable[[], None]) -> None:
        self._timer = threading.Timer(seconds, expire)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def _failed(why: str) -> ThimbleError:
    return ThimbleError(
        "host-program",
        f"the model's program on this computer failed: {why}",
        "build it again; if it stays so, report it with the model that shows it",
    )
