"""Requests over lines that lose, damage, repeat, delay and end."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.boards import protocol
from core.boards.link import Link, Timeouts
from core.boards.protocol import Frame, FrameType
from core.errors import ThimbleError
from tests.unit.boards.fakes import INPUT_BYTES, OUTPUT_BYTES, Clock, FakeTransport, Mishap, intact

TIMEOUTS = Timeouts(resend_s=1, silent_s=20, answer_s=30, run_s=100)

#: What a board does in one session.
SESSION = [
    FrameType.HELLO,
    *[FrameType.LOAD_INPUT] * 3,
    FrameType.RUN,
    *[FrameType.READ_OUTPUT] * 2,
    FrameType.COUNTERS,
]


def link_over(transport: FakeTransport, clock: Clock) -> Link:
    return Link(transport, TIMEOUTS, clock)


def session(transport: FakeTransport, clock: Clock) -> bytes:
    """One whole inference. Returns the output."""
    link = link_over(transport, clock)
    hello = link.hello()
    link.load_input(bytes(i % 256 for i in range(hello.input_bytes)))
    link.run()
    output = link.read_output(hello.output_bytes)
    assert link.counters().inference.cycles == 10
    return output


def check_session(up: Mishap = intact, down: Mishap = intact) -> FakeTransport:
    """Whatever the line does, the session is as if it were perfect: all done, nothing twice."""
    clock = Clock()
    transport = FakeTransport(clock, up, down)
    assert session(transport, clock) == bytes(i % 251 for i in range(OUTPUT_BYTES))
    assert transport.board.input == bytes(i % 256 for i in range(INPUT_BYTES))
    assert transport.board.done == SESSION
    return transport


def test_a_perfect_line() -> None:
    transport = check_session()
    assert len(transport.written) == 1 + 8


def test_what_a_line_carried_is_counted() -> None:
    clock = Clock()
    transport = FakeTransport(clock)
    link = link_over(transport, clock)
    link.hello()
    asked = link.carried_bytes - sum(map(len, transport.written))
    assert asked > 0  # the acknowledgement and the answer
    link.load_input(bytes(INPUT_BYTES))
    sent = sum(map(len, transport.written))
    assert link.carried_bytes > sent + asked
    assert sent > INPUT_BYTES


@pytest.mark.parametrize("lost", range(9))
def test_any_one_request_is_lost(lost: int) -> None:
    transport = check_session(up=lambda number, packet: [] if number == lost else [packet])
    assert len(transport.written) == 1 + 8 + (1 if lost else 0)  # losing the first zero costs nothing


@pytest.mark.parametrize("lost", range(16))
def test_any_one_answer_is_lost(lost: int) -> None:
    check_session(down=lambda number, packet: [] if number == lost else [packet])


@pytest.mark.parametrize("lost", range(16))
def test_any_one_answer_is_damaged(lost: int) -> None:
    def damage(number: int, packet: bytes) -> list[bytes]:
        return [b"\x7f\x31" + packet[2:]] if number == lost else [packet]

    check_session(down=damage)


def test_everything_is_repeated() -> None:
    check_session(up=lambda number, packet: [packet, packet], down=lambda number, packet: [packet] * 3)


def test_answers_come_byte_by_byte_with_noise_between() -> None:
    def crumble(number: int, packet: bytes) -> list[bytes]:
        return [b"\x01\x02noise\0", *(bytes([byte]) for byte in packet)]

    check_session(down=crumble)


losses = st.lists(st.booleans(), max_size=60)


@given(losses, losses)
def test_whatever_is_lost_nothing_is_wrong_or_done_twice(up: list[bool], down: list[bool]) -> None:
    """A session over a bad line is perfect, or it ends with an error; never something between."""

    def losing(lost: list[bool]) -> Mishap:
        return lambda number, packet: [] if number < len(lost) and lost[number] else [packet]

    clock = Clock()
    transport = FakeTransport(clock, losing(up), losing(down))
    try:
        outcome: bytes | str = session(transport, clock)
    except ThimbleError as error:
        outcome = error.code
    assert outcome in {bytes(i % 251 for i in range(OUTPUT_BYTES)), "board-silent", "board-stuck"}
    done = SESSION[: len(transport.board.done)]
    assert transport.board.done == done
    assert bytes(i % 256 for i in range(INPUT_BYTES)).startswith(transport.board.input)


def failure(transport: FakeTransport, clock: Clock) -> ThimbleError:
    with pytest.raises(ThimbleError) as caught:
        session(transport, clock)
    assert caught.value.what
    assert caught.value.hint
    return caught.value


def test_a_silent_board() -> None:
    clock = Clock()
    transport = FakeTransport(clock, up=lambda number, packet: [])
    assert failure(transport, clock).code == "board-silent"
    assert clock.now_s == pytest.approx(20)
    assert len(transport.written) == 1 + 5  # after 0, 1, 3, 7 and 15 s


def test_a_board_that_only_acknowledges() -> None:
    clock = Clock()
    error = failure(FakeTransport(clock, down=lambda n, packet: [packet] if n % 2 == 0 else []), clock)
    assert error.code == "board-stuck"
    assert clock.now_s == pytest.approx(30)


def test_a_slow_board_is_waited_for() -> None:
    clock = Clock()
    transport = FakeTransport(clock, delay_s=25)
    session(transport, clock)
    assert transport.board.done.count(FrameType.RUN) == 1


def test_a_run_may_take_longer() -> None:
    clock = Clock()
    transport = FakeTransport(clock)
    link = link_over(transport, clock)
    link.hello()
    transport._delay_s = 90
    link.run()
    with pytest.raises(ThimbleError, match="within 30 s"):
        link.counters()


def test_a_board_that_talks_nonsense() -> None:
    clock = Clock()
    error = failure(FakeTransport(clock, down=lambda n, packet: [b"Hello, world!\r\n\0"]), clock)
    assert error.code == "board-garbled"


def test_endless_nonsense_ends() -> None:
    class Babbler:
        def __init__(self, clock: Clock) -> None:
            self.clock = clock

        def write(self, data: bytes) -> None:
            pass

        def read(self, timeout_s: float) -> bytes:
            self.clock.now_s += 0.01
            return b"\x55\xaa\x00" * 100

    clock = Clock()
    with pytest.raises(ThimbleError) as caught:
        Link(Babbler(clock), TIMEOUTS, clock).hello()
    assert caught.value.code == "board-garbled"


@pytest.mark.parametrize("at", range(9))
def test_unplugged_while_asking(at: int) -> None:
    clock = Clock()
    error = failure(FakeTransport(clock, up=lambda n, packet: None if n == at else [packet]), clock)
    assert error.code == "board-gone"


@pytest.mark.parametrize("at", range(15))
def test_unplugged_while_answering(at: int) -> None:
    clock = Clock()
    error = failure(FakeTransport(clock, down=lambda n, packet: None if n == at else [packet]), clock)
    assert error.code == "board-gone"


@pytest.mark.parametrize("length", [1, 5, 9])
def test_truncated_answers_are_asked_for_again(length: int) -> None:
    check_session(down=lambda n, packet: [packet[:length] + b"\0"] if n == 3 else [packet])


def answering(frame_of: object) -> tuple[Link, Clock]:
    """A link to a board that answers everything with what `frame_of(request)` makes."""
    clock = Clock()

    class Answering(FakeTransport):
        def _take(self, frame: Frame) -> None:
            self._send(frame_of(frame), 0.0)  # type: ignore[operator]

    return link_over(Answering(clock), clock), clock


@pytest.mark.parametrize(
    ("code", "says"), [(2, "bad length"), (4, "not ready"), (5, "cannot do"), (99, "99")]
)
def test_refusals_are_told(code: int, says: str) -> None:
    link, _ = answering(lambda f: Frame(FrameType.ERROR, f.sequence, struct.pack("<HH", code, f.kind)))
    with pytest.raises(ThimbleError, match=says) as caught:
        link.run()
    assert caught.value.code == "board-refused"


@pytest.mark.parametrize(
    "frame_of",
    [
        lambda f: Frame(f.kind | protocol.RESPONSE_BIT, f.sequence, b"\x01\x00short"),
        lambda f: Frame(0x8077, f.sequence),
        lambda f: Frame(FrameType.ERROR, f.sequence, b"x"),
    ],
)
def test_valid_frames_that_make_no_sense(frame_of: object) -> None:
    for ask in (Link.hello, Link.counters, lambda link: link.read_output(3)):
        link, _ = answering(frame_of)
        with pytest.raises(ThimbleError) as caught:
            ask(link)
        assert caught.value.code == "board-garbled"


def test_another_version_is_told() -> None:
    link, _ = answering(lambda f: Frame(f.kind | protocol.RESPONSE_BIT, f.sequence, b"\x02\x00new"))
    with pytest.raises(ThimbleError, match="version 2") as caught:
        link.hello()
    assert caught.value.code == "protocol-version"


def test_answers_to_other_requests_are_ignored() -> None:
    link, _ = answering(lambda f: Frame(f.kind | protocol.RESPONSE_BIT, f.sequence ^ 1, b""))
    with pytest.raises(ThimbleError) as caught:
        link.run()
    assert caught.value.code == "board-silent"
