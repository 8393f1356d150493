"""Inferences over a bad line until enough frames have passed, and the accounts of both sides."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from codegen.targets.board import Cpu
from codegen.targets.target import FIRMWARE
from codegen.toolchain import find_compiler
from core.boards.link import Link, LinkErrors, Timeouts
from core.boards.protocol import Counters
from tests.toolchain.boards.fake_model import HEADER, INPUT_BYTES, OUTPUT_BYTES, SOURCE, expected_output
from tests.toolchain.boards.soak.line import Happened, Line

#: The board answers at once or never: who waits longer only waits.
_QUICK = Timeouts(resend_s=0.002, silent_s=20.0, answer_s=20.0, run_s=20.0)
_REQUESTS_AN_INFERENCE = 3 + 1 + 2 + 1  # three pieces in, run, two pieces out, counters


class _Clock:
    """The computer's, until it stops: from then on nobody loses patience."""

    def __init__(self) -> None:
        self._stopped_s: float | None = None

    def __call__(self) -> float:
        return time.monotonic() if self._stopped_s is None else self._stopped_s

    def stop(self) -> None:
        self._stopped_s = time.monotonic()


@dataclass(frozen=True)
class Accounts:
    """What went over the line, what each side says of it, and what must be true of the model's work."""

    up: Happened
    down: Happened
    host: LinkErrors
    board: Counters
    requests: int
    inferences: int
    wrong_outputs: int

    @property
    def frames(self) -> int:
        return self.up.sent + self.down.sent


def build_board(folder: Path) -> Path:
    """The firmware's protocol, from main to COBS, with a small model, as a program of this computer."""
    (folder / "model.h").write_text(HEADER)
    (folder / "model.c").write_text(SOURCE)
    own = ("main.c", "frame.c", "cobs.c", "crc32.c")
    sources = [folder / "model.c", Path(__file__).with_name("board_on_pipes.c"), *(FIRMWARE / n for n in own)]
    flags = ["-O2", "-Wall", "-Wextra", "-Werror", "-DMODEL_WEIGHTS=", f"-I{folder}", f"-I{FIRMWARE}"]
    program = folder / "board.exe"
    find_compiler("zig", Cpu.HOST).run([*flags, *map(str, sources), "-o", str(program)])
    return program


def soak(board: Path, frames: int, rate: float, seed: int) -> Accounts:
    """Runs the model again and again until `frames` frames were sent, both directions together."""
    line = Line(board, rate, seed)
    try:
        clock = _Clock()
        link = Link(line, _QUICK, clock)
        link.hello()
        samples = np.random.default_rng(seed).integers(-128, 128, (16, INPUT_BYTES), dtype=np.int8)
        expected = [expected_output(sample).tobytes() for sample in samples]
        inferences = wrong = 0
        while line.up.sent + line.down.sent < frames:
            place = inferences % len(samples)
            link.load_input(samples[place].tobytes())
            link.run()
            wrong += link.read_output(OUTPUT_BYTES) != expected[place]
            inferences += 1
            wrong += link.counters().runs != inferences
        requests = 1 + inferences * _REQUESTS_AN_INFERENCE
        # Answers to what was asked twice may still be on their way; they come before that to a last question,
        # which meets no mishap and is asked once.
        line.be_good()
        clock.stop()
        counters = link.counters()
        return Accounts(line.up, line.down, link.errors, counters, requests + 1, inferences, wrong)
    finally:
        line.close()
