"""Requests to a board over frames: acknowledged, sent again when lost, answered once.

Everything has a timeout and every frame is checked. Whatever goes wrong on the way becomes one ThimbleError
that says what happened and what to do next.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.boards import protocol
from core.boards.protocol import BoardError, Counters, Counts, Frame, FrameReader, FrameType, Hello, RunFlag
from core.errors import ThimbleError

_SEQUENCES = 1 << 16


class Transport(Protocol):
    """Bytes to and from a board. Both methods raise ThimbleError when the connection is gone."""

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; waits up to `timeout_s` for the first byte. Empty when nothing came."""

    def write(self, data: bytes) -> None:
        """Sends everything."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """`resend_s` is the pause before the first repetition; it doubles each time.

    A board that does not acknowledge is given up after `silent_s`, one that acknowledges but does not
    answer after `answer_s`, after `run_s` when it was asked to run the model, and taken to have restarted
    after `restart_s` when it was asked to.
    """

    resend_s: float = 1.0
    silent_s: float = 20.0
    answer_s: float = 30.0
    run_s: float = 900.0
    restart_s: float = 2.0


@dataclass(frozen=True, slots=True)
class LinkErrors:
    """Of this computer's side: frames that came damaged, requests sent again, answers that came once more."""

    damaged_frames: int
    resent_requests: int
    repeated_frames: int


class Link:
    """One session with a board, one request at a time."""

    def __init__(
        self,
        transport: Transport,
        timeouts: Timeouts | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._timeouts = timeouts or Timeouts()
        self._clock = clock
        self._reader = FrameReader()
        self._frames: deque[Frame] = deque()
        # A random start: frames that an earlier session left on the way are told apart.
        self._sequence = random.randrange(_SEQUENCES)
        self._resent = self._repeated = 0
        self._carried_bytes = 0

    @property
    def carried_bytes(self) -> int:
        """What this link has sent and received until now, frames and repetitions included."""
        return self._carried_bytes

    @property
    def errors(self) -> LinkErrors:
        """What went wrong on the way since this link was made, and was mended."""
        return LinkErrors(self._reader.damaged, self._resent, self._repeated)

    def hello(self) -> Hello:
        """Opens the session. Raises ThimbleError, also when the board speaks another version."""
        self._send(b"\0")  # ends whatever half a frame the board has from before
        payload = self._request(FrameType.HELLO)
        try:
            return Hello.unpack(payload)
        except protocol.UnknownVersionError as error:
            raise ThimbleError(
                "protocol-version",
                f"the board's program speaks protocol version {error.version}, not {protocol.VERSION}",
                "deploy the model again with this version of Thimble",
            ) from None
        except ValueError as error:
            raise _broken_answer(error) from error

    def load_input(self, data: bytes) -> None:
        """Sends one whole input, in pieces."""
        for offset in range(0, len(data), protocol.CHUNK_BYTES):
            piece = data[offset : offset + protocol.CHUNK_BYTES]
            self._request(FrameType.LOAD_INPUT, protocol.pack_load(offset, piece))

    def run(self, undisturbed: bool = False) -> None:
        """Runs the model on the input and waits until it is done.

        `undisturbed`: the board does not listen meanwhile. Ask for that only where it takes less than half a
        second, or this computer takes a board on USB for gone.
        """
        flags = RunFlag.UNDISTURBED if undisturbed else RunFlag(0)
        self._request(FrameType.RUN, protocol.pack_run(flags), answer_s=self._timeouts.run_s)

    def read_output(self, length: int) -> bytes:
        """The `length` bytes of the output, in pieces."""
        pieces = []
        for offset in range(0, length, protocol.CHUNK_BYTES):
            wanted = min(protocol.CHUNK_BYTES, length - offset)
            piece = self._request(FrameType.READ_OUTPUT, protocol.pack_read(offset, wanted))
            if len(piece) != wanted:
                raise _broken_answer(ValueError(f"{len(piece)} bytes of output instead of {wanted}"))
            pieces.append(piece)
        return b"".join(pieces)

    def counters(self) -> Counters:
        """The counts of the last inference and of the stack."""
        try:
            return Counters.unpack(self._request(FrameType.COUNTERS))
        except ValueError as error:
            raise _broken_answer(error) from error

    def profile(self) -> tuple[Counts, ...]:
        """The counts of each layer of the last inference, in the order of the calls.

        Raises ThimbleError ``board-refused`` where the program is no profiling build.
        """
        found: list[Counts] = []
        while True:
            payload = self._request(FrameType.PROFILE, protocol.pack_profile(len(found)))
            try:
                layers, counts = protocol.unpack_profile(payload)
            except ValueError as error:
                raise _broken_answer(error) from error
            found.extend(counts)
            if len(found) >= layers:
                return tuple(found)
            if not counts:
                raise _broken_answer(ValueError(f"{len(found)} of {layers} layers"))

    def identify(self) -> None:
        """Blinks the LED for half a second. Raises ThimbleError ``board-refused`` where there is none."""
        self._request(FrameType.IDENTIFY)

    def reboot_to_bootloader(self) -> None:
        """Restarts the board, which therefore answers no more.

        Raises ThimbleError ``board-refused`` where there is no bootloader, as on virtual boards.
        """
        try:
            self._request(FrameType.BOOTLOADER, answer_s=self._timeouts.restart_s)
        except ThimbleError as error:
            if error.code not in ("board-gone", "board-stuck"):
                raise

    def _request(self, kind: FrameType, payload: bytes = b"", answer_s: float | None = None) -> bytes:
        """Sends a request until it is answered. Returns the response's payload."""
        self._sequence = (self._sequence + 1) % _SEQUENCES
        encoded = protocol.encode(Frame(kind, self._sequence, payload))
        if answer_s is None:
            answer_s = self._timeouts.answer_s
        start = self._clock()
        pause_s = self._timeouts.resend_s
        deadline, resend_at = start + self._timeouts.silent_s, start + pause_s
        acknowledged = False
        damaged_before = self._reader.damaged
        self._send(encoded)
        while self._clock() < deadline:
            frame = self._receive(min(deadline, resend_at))
            if frame is None:
                if self._clock() >= resend_at:
                    self._send(encoded)
                    self._resent += 1
                    pause_s *= 2
                    resend_at = self._clock() + pause_s
            elif frame.sequence != self._sequence:
                self._repeated += 1  # of something already answered
            elif frame.kind == FrameType.ACKNOWLEDGE:
                if acknowledged:
                    self._repeated += 1
                else:
                    acknowledged, deadline = True, self._clock() + answer_s
            else:
                return _response(kind, frame)
        raise _gave_up(acknowledged, self._clock() - start, self._reader.damaged - damaged_before)

    def _send(self, data: bytes) -> None:
        self._transport.write(data)
        self._carried_bytes += len(data)

    def _receive(self, until: float) -> Frame | None:
        """The next frame, or None when there is none at the time `until`."""
        while not self._frames:
            remaining_s = until - self._clock()
            if remaining_s <= 0:
                return None
            came = self._transport.read(remaining_s)
            self._carried_bytes += len(came)
            self._frames.extend(self._reader.feed(came))
        return self._frames.popleft()


def _response(kind: FrameType, frame: Frame) -> bytes:
    """The payload of the response to a request of this kind. Raises ThimbleError for a refusal."""
    if frame.kind == kind | protocol.RESPONSE_BIT:
        return frame.payload
    if frame.kind != FrameType.ERROR:
        raise _broken_answer(ValueError(f"type 0x{frame.kind:04x} in answer to {kind.name}"))
    try:
        code, _ = protocol.unpack_error(frame.payload)
    except ValueError as error:
        raise _broken_answer(error) from error
    raise _refused(kind, code)


def _refused(kind: FrameType, code: int) -> ThimbleError:
    asked = kind.name.replace("_", " ").lower()
    if code == BoardError.UNSUPPORTED:
        return ThimbleError(
            "board-refused", f"this board cannot do that: {asked}", "use another board for it"
        )
    names = {error.value: error.name.replace("_", " ").lower() for error in BoardError}
    return ThimbleError(
        "board-refused",
        f"the board refused a request ({asked}): {names.get(code, f'error {code}')}",
        "deploy the model again, so that the board's program and the model agree",
    )


def _broken_answer(error: ValueError) -> ThimbleError:
    return ThimbleError(
        "board-garbled",
        f"the board's answer makes no sense: {error}",
        "deploy the model again; if it stays so, try another cable or port",
    )


def _gave_up(acknowledged: bool, waited_s: float, damaged: int) -> ThimbleError:
    if acknowledged:
        return ThimbleError(
            "board-stuck",
            f"the board took the request, but gave no answer within {waited_s:.0f} s",
            "reset the board and try again; a very large model may simply need longer",
        )
    if damaged:
        return ThimbleError(
            "board-garbled",
            f"only damaged data came from the board in {waited_s:.0f} s ({damaged} damaged packets)",
            "check the cable; the board may also run another program: deploy the model again",
        )
    return ThimbleError(
        "board-silent",
        f"the board did not answer within {waited_s:.0f} s",
        "check the cable and that the board runs a program made by Thimble, then reset the board",
    )
