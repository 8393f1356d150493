"""Connections that break: what was done is kept, and nothing is left running on the Pi."""

from __future__ import annotations

import pytest

from core.errors import ThimbleError
from core.pi.connection import PiConnection, connect
from core.pi.engines import find_engine
from core.pi.events import PiEvent, PiInference
from core.pi.measuring import evaluate, measure
from core.pi.preparing import prepare
from core.pi.setup.armnn import ArmnnSource
from tests.toolchain.pi.loopback import Loopback, all_gone
from tests.toolchain.pi.samples import ENDLESS, Sample, nobody_listens


def test_a_dropped_connection_keeps_what_came_and_ends_the_job(pi: Loopback, sample: Sample) -> None:
    def drop(event: PiEvent) -> None:
        if isinstance(event, PiInference) and event.index == 20:
            pi.drop()

    own = prepare(
        lambda: connect(pi.address, pi.fingerprint),
        find_engine("xnnpack"),
        sample.model,
        sample.files,
        nobody_listens,
        nobody_listens,
    )
    question = sample.asked(ENDLESS)
    with own.connection:
        answered = measure(own, find_engine("xnnpack"), question, ArmnnSource(), drop, nobody_listens)
    assert answered.run.error is not None
    assert answered.run.error.code == "connection-lost"
    measurement = evaluate(own, question, answered).measurement
    assert measurement.partial
    assert measurement.series.runs > 20
    assert measurement.verified
    assert all_gone(pi.pi_folder)


def test_the_connection_is_made_again_while_the_pi_is_prepared(pi: Loopback, sample: Sample) -> None:
    made: list[PiConnection] = []

    def open_connection() -> PiConnection:
        made.append(connect(pi.address, pi.fingerprint))
        if len(made) == 1:
            pi.drop()
        return made[-1]

    waited: list[float] = []
    engine = find_engine("xnnpack")
    prepared = prepare(open_connection, engine, sample.model, sample.files, nobody_listens, waited.append)
    with prepared.connection:
        assert (len(made), len(waited)) == (2, 1)
        assert prepared.ready.already


def test_a_pi_that_stays_away(sample: Sample) -> None:
    def refused() -> PiConnection:
        raise ThimbleError("pi-refused", "no", "")

    with pytest.raises(ThimbleError, match="no"):
        prepare(refused, find_engine("xnnpack"), sample.model, sample.files, nobody_listens, nobody_listens)
