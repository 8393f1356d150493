"""bench on both kinds of board, with a model whose right answers are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from codegen.targets.board import Board
from core.bench import Source, bench
from core.boards.session import Inference
from tests.toolchain.boards.fake_model import HOST, INPUT_BYTES, NANO, PICO, FakeImage, expected_output

pytestmark = pytest.mark.toolchain

X = np.random.default_rng(2).integers(-128, 128, (3, INPUT_BYTES), dtype=np.int8)
REFERENCE = np.stack([expected_output(sample) for sample in X])


def image_for(request: pytest.FixtureRequest, board: Board) -> FakeImage:
    image: FakeImage = request.getfixturevalue(f"{board.id.removeprefix('virtual-')}_image")
    return image


@pytest.mark.parametrize("board", [PICO, NANO, HOST], ids=lambda b: b.id)
def test_measurement(request: pytest.FixtureRequest, board: Board) -> None:
    seen: list[Inference] = []
    measurement = bench(image_for(request, board), board, X, REFERENCE, 5, seen.append).measurement
    told = measurement.to_json()
    assert measurement.verified
    assert [inference.index for inference in seen] == list(range(5))
    assert told["runs"] == len(told["times_s"]) == 5
    assert told["times_s"][0] == told["first_s"] > seen[0].latency_s  # start-up included
    warm = told["times_s"][1:]
    assert warm == [inference.latency_s for inference in seen[1:]]
    assert told["mean_s"] == pytest.approx(np.mean(warm))
    assert told["std_s"] == pytest.approx(np.std(warm, ddof=1), abs=1e-12)
    assert told["stderr_s"] == pytest.approx(told["std_s"] / math.sqrt(4))
    assert (told["min_s"], told["max_s"]) == (min(warm), max(warm))
    assert told["median_s"] == pytest.approx(np.median(warm))
    assert told["timed"] == "inference"


def test_estimates_are_called_estimates(pico_image: FakeImage, host_image: FakeImage) -> None:
    virtual = bench(pico_image, PICO, X, REFERENCE, 3).measurement
    assert virtual.timing is Source.ESTIMATED
    assert virtual.energy is not None
    assert PICO.power_profile is not None
    assert virtual.energy.source is Source.ESTIMATED
    assert virtual.energy.energy_j == pytest.approx(PICO.power_profile.active_w * virtual.series.mean_s)
    host = bench(host_image, HOST, X, REFERENCE, 3).measurement
    assert host.timing is Source.MEASURED
    assert host.energy is None
    assert host.to_json()["energy"] is None


@pytest.mark.parametrize("board", [PICO, HOST], ids=lambda b: b.id)
def test_one_wrong_byte_is_not_verified(request: pytest.FixtureRequest, board: Board) -> None:
    wrong = REFERENCE.copy()
    wrong[-1, -1] ^= 1
    assert not bench(image_for(request, board), board, X, wrong, 3).measurement.verified


def test_one_byte_corrupted_on_the_way_is_not_verified(
    pico_image: FakeImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.boards.link import Link

    read_output = Link.read_output

    def flipping(link: Link, length: int) -> bytes:
        output = bytearray(read_output(link, length))
        output[17] ^= 1
        return bytes(output)

    monkeypatch.setattr(Link, "read_output", flipping)
    assert not bench(pico_image, PICO, X, REFERENCE, 3).measurement.verified
