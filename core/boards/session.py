"""A series of inferences on a board, whatever the board is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from codegen.targets.board import Board
from core.boards.counts import RunCounts
from core.boards.host import HostProgram
from core.boards.link import Link, Timeouts
from core.boards.protocol import Counts, Hello
from core.boards.put import Put
from core.boards.serial_transport import SerialTransport
from core.boards.virtual import VirtualBoard
from core.errors import ThimbleError

Array = npt.NDArray[Any]
Bytes = npt.NDArray[np.int8]


#: A host gives up a device that does not answer for longer.
_UNHEARD_S = 0.5
#: How many times too short a prediction may be, until an inference was measured. Estimates of cycles are
#: within 15 % on emulated boards; no real one has confirmed them, and the Nano's waits for its flash are left
#: out.
_UNSURE = 2.0
#: How many times slower than predicted a board may be, which waits for its flash where that is not modelled.
_SLOWER = 20.0


class Image(Protocol):
    """A built image, such as codegen.firmware.FirmwareImage."""

    @property
    def elf(self) -> Path: ...


@dataclass(frozen=True, slots=True, eq=False)
class Inference:
    """One inference without the protocol. `output` is int8 ``[output_bytes]``."""

    index: int
    output: Bytes
    latency_s: float
    cycles: int | None
    instructions: int | None
    xip_cycles: int | None = None


OnInference = Callable[[Inference], None]


@dataclass(frozen=True, slots=True, eq=False)
class RunResult:
    """What a series of inferences gave; one entry a sample.

    `outputs` is int8 ``[samples, output_bytes]``: view and reshape it for other types. `startup_s` is what
    the board needed before the first inference could begin. `estimated` says that the times come from counted
    cycles, not from a clock.
    """

    outputs: Bytes
    counts: RunCounts
    latencies_s: tuple[float, ...]
    startup_s: float
    estimated: bool

    @property
    def cycles(self) -> tuple[int, ...] | None:
        return self.counts.cycles

    @property
    def instructions(self) -> tuple[int, ...] | None:
        return self.counts.instructions

    def to_json(self) -> dict[str, Any]:
        """The fields of ``thimble run --json``."""
        return {"samples": len(self.outputs), **self.counts.to_json()}


@dataclass(frozen=True, slots=True)
class Answer:
    output: bytes
    latency_s: float
    counts: Counts


class Runner(Protocol):
    """A board that is ready for inferences."""

    input_bytes: int
    startup_s: float
    estimated: bool

    def infer(self, sample: bytes) -> Answer: ...

    def stack_used_bytes(self) -> int | None: ...

    def undisturbed(self) -> bool | None:
        """Whether nothing could interrupt the last inference; None where that is not known."""

    def protocol_bytes(self) -> int | None:
        """What the inferences until now took of the connection, their data aside; None without one."""

    def layer_counts(self) -> tuple[Counts, ...]:
        """Of the last inference, an entry a layer that computes; empty where it is no profiling build."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the image runs: `port` is the serial port of a board on USB. `predicted_s` is how long, as the
    planner thinks, an inference takes. `pretended`:
    it is no board, but a program that behaves like one, and its times are estimates. `serial_number` and
    `name` say which one it is, where that is known; `put` how the image got there, where it had to."""

    port: str | None = None
    predicted_s: float | None = None
    pretended: bool = False
    serial_number: str = ""
    name: str = ""
    put: Put | None = None

    def undisturbed(self, measured_s: float | None) -> bool:
        """Whether the board need not listen during the next inference, when the one before took `measured_s`
        (None: there was none): where it is predicted to be short, and surely is."""
        if self.predicted_s is None or self.predicted_s >= _UNHEARD_S:
            return False
        return (self.predicted_s * _UNSURE if measured_s is None else measured_s) < _UNHEARD_S

    @property
    def timeouts(self) -> Timeouts:
        """A board that computes far longer than predicted has stopped."""
        usual = Timeouts()
        if self.predicted_s is None:
            return usual
        return replace(usual, run_s=min(usual.run_s, usual.answer_s + _SLOWER * self.predicted_s))


ANYWHERE = Placed()


def run_samples(
    image: Image,
    board: Board,
    x: Array,
    on_inference: OnInference | None = None,
    placed: Placed = ANYWHERE,
) -> RunResult:
    """Run every sample of `x` on the board.

    `x` is ``[samples, …]`` in the model's own input type. `on_inference` is called after each; what it
    raises ends the session, and the board is released. Raises ThimbleError.
    """
    with open_board(image, board, placed) as runner:
        return run_series(runner, x, on_inference)


def run_series(runner: Runner, x: Array, on_inference: OnInference | None = None) -> RunResult:
    """As `run_samples`, on a board that is open."""
    inferences: list[Inference] = []
    before_bytes = runner.protocol_bytes()
    for index, sample in enumerate(as_bytes(x, runner.input_bytes)):
        answer = runner.infer(sample)
        output = np.frombuffer(answer.output, np.int8)
        counts = answer.counts
        inference = Inference(
            index, output, answer.latency_s, counts.cycles, counts.instructions, counts.wait_cycles
        )
        inferences.append(inference)
        if on_inference is not None:
            on_inference(inference)
    after_bytes = runner.protocol_bytes()
    return RunResult(
        outputs=np.stack([i.output for i in inferences]),
        counts=RunCounts(
            cycles=_all_known([i.cycles for i in inferences]),
            instructions=_all_known([i.instructions for i in inferences]),
            xip_cycles=_all_known([i.xip_cycles for i in inferences]),
            stack_bytes=runner.stack_used_bytes(),
            undisturbed=runner.undisturbed(),
            protocol_bytes=_mean_growth(before_bytes, after_bytes, len(inferences)),
        ),
        latencies_s=tuple(i.latency_s for i in inferences),
        startup_s=runner.startup_s,
        estimated=runner.estimated,
    )


def as_bytes(x: Array, input_bytes: int) -> list[bytes]:
    """The samples of `x` as the board reads them. Raises ThimbleError ``bad-input``."""
    if len(x) == 0:
        raise ThimbleError("bad-input", "there is no sample to run", "give at least one")
    samples = [np.ascontiguousarray(sample).tobytes() for sample in x]
    if len(samples[0]) != input_bytes:
        raise ThimbleError(
            "bad-input",
            f"a sample has {len(samples[0])} bytes, the model on the board reads {input_bytes}",
            "give samples in the model's own input type and shape",
        )
    return samples


def _mean_growth(before: int | None, after: int | None, runs: int) -> int | None:
    return None if before is None or after is None else round((after - before) / runs)


def _all_known(counts: list[int | None]) -> tuple[int, ...] | None:
    known = tuple(c for c in counts if c is not None)
    return known if len(known) == len(counts) else None


class _LinkRunner:
    """A board behind the framed protocol."""

    def __init__(self, link: Link, hello: Hello, placed: Placed) -> None:
        self._link = link
        self._hello = hello
        self._placed = placed
        self._last_s: float | None = None
        self.input_bytes = hello.input_bytes
        self.estimated = hello.virtual or placed.pretended
        self._data_bytes = 0
        self.startup_s = self._seconds(link.counters().startup)

    def _seconds(self, counts: Counts) -> float:
        cycles = counts.all_cycles
        if cycles is None:
            raise ThimbleError(
                "no-cycle-counter",
                "this board does not count cycles, so it has no latency",
                "use a board whose program counts them",
            )
        return cycles / self._hello.clock_hz

    def infer(self, sample: bytes) -> Answer:
        self._link.load_input(sample)
        self._link.run(self._placed.undisturbed(self._last_s))
        output = self._link.read_output(self._hello.output_bytes)
        counts = self._link.counters().inference
        self._data_bytes += len(sample) + len(output)
        self._last_s = self._seconds(counts)
        return Answer(output, self._last_s, counts)

    def protocol_bytes(self) -> int | None:
        return self._link.carried_bytes - self._data_bytes

    def stack_used_bytes(self) -> int | None:
        return self._link.counters().stack_used_bytes

    def layer_counts(self) -> tuple[Counts, ...]:
        return self._link.profile() if self._hello.profiling else ()

    def undisturbed(self) -> bool | None:
        return None if self.estimated else self._link.counters().inference.undisturbed


class _HostRunner:
    """The model as a program here; its clock is this computer's."""

    estimated = False

    def __init__(self, program: HostProgram) -> None:
        self._program = program
        self.input_bytes = program.input_bytes
        self.startup_s = program.startup_s

    def infer(self, sample: bytes) -> Answer:
        output, latency_s = self._program.infer(sample)
        return Answer(output, latency_s, Counts(None, None))

    def protocol_bytes(self) -> int | None:
        return None

    def stack_used_bytes(self) -> int | None:
        return None

    def undisturbed(self) -> bool | None:
        return None

    def layer_counts(self) -> tuple[Counts, ...]:
        return ()


@contextmanager
def _open_virtual(image: Image, board: Board, placed: Placed) -> Iterator[Runner]:
    with VirtualBoard(board, image.elf) as running:
        yield _linked(running.link, image, board, placed)


@contextmanager
def _open_usb(image: Image, board: Board, placed: Placed) -> Iterator[Runner]:
    if placed.port is None:
        raise RuntimeError(f"{board.title} was not placed before it was opened")
    with SerialTransport(placed.port) as transport:
        yield _linked(Link(transport, placed.timeouts), image, board, placed)


def _linked(link: Link, image: Image, board: Board, placed: Placed) -> Runner:
    hello = link.hello()
    check_identity(hello, image, board)
    return _LinkRunner(link, hello, placed)


@contextmanager
def _open_host(image: Image, board: Board, placed: Placed) -> Iterator[Runner]:
    with HostProgram(image.elf) as program:
        yield _HostRunner(program)


#: How a board is reached, by its `flasher`.
_OPENERS: MappingProxyType[str, Callable[[Image, Board, Placed], AbstractContextManager[Runner]]] = (
    MappingProxyType(
        {"emulator": _open_virtual, "none": _open_host, "uf2": _open_usb, "arduino-bootloader": _open_usb}
    )
)


def open_board(image: Image, board: Board, placed: Placed = ANYWHERE) -> AbstractContextManager[Runner]:
    """The board, ready for inferences. Raises ThimbleError ``board-not-there``."""
    try:
        return _OPENERS[board.flasher](image, board, placed)
    except KeyError:
        raise ThimbleError(
            "board-not-there", f"{board.title} cannot be reached yet", "use a virtual board or the host"
        ) from None


def check_identity(hello: Hello, image: Image, board: Board) -> None:
    """Check that the board runs this image: its target, clock, and that the image holds the model's hash.

    Raises ThimbleError ``wrong-program``.
    """
    same = hello.target == board.target and hello.clock_hz == board.clock_hz
    if not same or hello.model_hash not in image.elf.read_bytes():
        raise ThimbleError(
            "wrong-program",
            f"the board runs another program than the one built for {board.title}",
            "deploy the model again",
        )
