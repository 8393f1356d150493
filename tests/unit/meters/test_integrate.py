"""The energy of an inference: what is known of it is found, and what cannot be known is refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.targets.board import BOARDS_DIR, Board, all_boards
from core.bench import Measurement, Series, Source, Sync
from core.boards.agreement import Rule
from core.errors import ThimbleError
from core.meters.base import Samples, lost_samples, samples_of
from core.meters.integrate import LATE_S, Loop, as_wired, energy_of, filled, integral_j
from core.meters.recording import Recording
from core.meters.surveying import Pulse, survey
from tests.unit.meters.recordings import PERIOD_S, InMemory, pulses, recording

MEASUREMENT = Measurement(
    "pico", "thimble-c", Series((1.0, 0.020, 0.020)), Source.MEASURED, None, True, Rule.BYTES
)
powers = st.floats(2**-20, 128.0, width=32)
traces = st.lists(powers, min_size=1, max_size=60).map(np.array)


def pulses_of(marker: np.ndarray) -> list[Pulse]:
    return list(survey(recording(np.ones(len(marker)), marker)).pulses)


def loop(inferences: int | None, first_end_s: float = 100.0, end_s: float = 1e9) -> Loop:
    return Loop(0.0, first_end_s, end_s, inferences)


@given(powers, st.integers(1, 1000))
def test_the_integral_of_a_constant_is_power_times_time(power_w: float, samples: int) -> None:
    assert integral_j(np.full(samples, power_w), PERIOD_S) == pytest.approx(power_w * samples * PERIOD_S)


@given(traces, st.data())
def test_the_integral_of_parts_is_that_of_the_whole(power_w: np.ndarray, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(power_w)))
    parts = integral_j(power_w[:at], PERIOD_S) + integral_j(power_w[at:], PERIOD_S)
    assert parts == pytest.approx(integral_j(power_w, PERIOD_S))


@given(traces, st.data())
def test_what_was_lost_lies_between_its_neighbours(power_w: np.ndarray, data: st.DataObject) -> None:
    lost = data.draw(st.sets(st.integers(0, len(power_w) - 1), max_size=len(power_w) - 1))
    gapped = power_w.astype(np.float32)
    gapped[list(lost)] = np.nan
    full = filled(gapped)
    known = ~np.isnan(gapped)
    assert np.array_equal(full[known].astype(np.float32), gapped[known])
    assert full.min() >= np.nanmin(gapped)
    assert full.max() <= np.nanmax(gapped)


@given(st.lists(st.booleans(), max_size=60))
def test_every_pulse_rises_and_falls_inside(marker: list[bool]) -> None:
    high = np.array(marker, bool)
    found = pulses_of(high)
    for pulse in found:
        assert high[pulse.begin : pulse.end].all()
        assert not high[pulse.begin - 1]
        assert not high[pulse.end]
    inside = sum(pulse.end - pulse.begin for pulse in found)
    at_the_edges = int(high.sum()) - inside
    cut = (bool(len(high)) and bool(high[0])) or (bool(len(high)) and bool(high[-1]))
    assert at_the_edges == 0 or cut


@given(powers, powers, st.integers(2, 9), st.integers(2, 30), st.integers(1, 30))
def test_energy_by_marker(active_w: float, idle_w: float, count: int, high: int, low: int) -> None:
    marker = pulses(count, high, low)
    energy = energy_of(recording(np.where(marker, active_w, idle_w), marker), loop(count), MEASUREMENT)
    time_s = high * PERIOD_S
    assert (energy.source, energy.sync, energy.inferences) == (Source.MEASURED, Sync.MARKER, count - 1)
    assert energy.energy_j == pytest.approx(active_w * time_s, rel=1e-5)
    assert energy.power_w == pytest.approx(active_w, rel=1e-5)
    assert energy.idle_w == pytest.approx(idle_w, rel=1e-5)
    above_j = (active_w - idle_w) * time_s
    assert energy.above_idle_j == pytest.approx(above_j, rel=1e-4, abs=1e-5 * (active_w + idle_w) * time_s)
    assert (energy.lost, energy.left_out) == (0, 0)
    assert energy.energy_std_j is None if count == 2 else energy.energy_std_j == pytest.approx(0, abs=1e-6)


def test_mean_and_spread_are_over_the_inferences_after_the_first() -> None:
    marker = pulses(4, high=10, low=10)
    power_w = np.where(marker, 1.0, 0.1)
    for pulse, level in zip(pulses_of(marker.astype(bool)), (9.0, 1.0, 2.0, 3.0), strict=True):
        power_w[pulse.begin : pulse.end] = level
    energy = energy_of(recording(power_w, marker), loop(4), MEASUREMENT)
    assert energy.energy_j == pytest.approx(0.020)  # 2 W for 10 ms
    assert energy.energy_std_j == pytest.approx(0.010)
    assert (energy.power_std_w, energy.power_min_w, energy.power_max_w) == (1.0, 1.0, 3.0)
    assert energy.each_j == pytest.approx((0.010, 0.020, 0.030))


def test_an_edge_that_was_missed_is_not_an_inference() -> None:
    marker = pulses(5, high=10, low=10)
    begins_high, ends_high = marker[15:], marker[:-15]
    for seen in (begins_high, ends_high):
        energy = energy_of(recording(np.where(seen, 1.0, 0.1), seen), loop(5), MEASUREMENT)
        assert energy.inferences == 3  # of four whole ones the first warms up
        assert energy.energy_j == pytest.approx(0.010)
        assert energy.each_j is None  # nobody knows which was missed
        assert energy.left_out == 1
        assert "did not see 1 of 5 inferences; the first that was seen counts" in (energy.note or "")


def test_inferences_that_the_meter_did_not_see_are_counted() -> None:
    marker = pulses(3, 10, 10)
    energy = energy_of(recording(np.where(marker, 1.0, 0.1), marker), loop(9), MEASUREMENT)
    assert (energy.inferences, energy.left_out, energy.each_j) == (2, 6, None)
    assert "did not see 6 of 9 inferences" in (energy.note or "")


@pytest.mark.parametrize(("missed", "kept"), [(0, 4), (1, 3), (4, 3)])
def test_the_warm_up_is_left_out_once(missed: int, kept: int) -> None:
    marker = pulses(5, high=200, low=200)
    power_w = np.where(marker, 1.0, 0.1)
    every = pulses_of(marker)
    marker[every[missed].begin : every[missed].end] = 0
    first_end_s = 100.0 + every[0].end * PERIOD_S
    energy = energy_of(recording(power_w, marker), loop(5, first_end_s), MEASUREMENT)
    assert (energy.inferences, energy.left_out) == (kept, 4 - kept)
    assert (energy.each_j is not None) == (missed == 0)
    assert energy.energy_j == pytest.approx(0.2)


def test_losses_are_counted_and_what_misses_too_much_is_left_out() -> None:
    marker = pulses(4, high=200, low=10)
    power_w = np.where(marker, 1.0, 0.1)
    second, third = pulses_of(marker.astype(bool))[1:3]
    power_w[second.begin + 5] = np.nan  # half a per cent
    power_w[third.begin : third.begin + 3] = np.nan
    energy = energy_of(recording(power_w, marker), loop(4), MEASUREMENT)
    assert (energy.lost, energy.left_out, energy.inferences) == (4, 1, 2)
    assert energy.energy_j == pytest.approx(0.2)


@pytest.mark.parametrize("marker", [[0] * 40, [0] + [1] * 39])
@pytest.mark.parametrize(("board", "pin"), [("pico", "GP2 (pin 4)"), ("nano33ble", "D2")])
def test_no_marker_is_told_with_the_pin_to_wire(marker: list[int], board: str, pin: str) -> None:
    measured = dataclasses.replace(MEASUREMENT, board=board)
    with pytest.raises(ThimbleError) as caught:
        energy_of(recording([1.0] * 40, marker), loop(3), measured)
    assert caught.value.code == "marker-missing"
    assert f"wire the board's marker pin, {pin}, to" in caught.value.hint


@pytest.mark.parametrize(
    ("board", "live", "marked"),
    [("pico", True, True), ("host", True, False), ("virtual-pico", True, False), ("pi", True, False),
     ("host", False, True), ("virtual-pico", False, True)],
)  # fmt: skip
def test_a_board_without_a_marker_pin_is_measured_by_the_clock(board: str, live: bool, marked: bool) -> None:
    heard = as_wired(recording([1.0] * 40, [0] * 40, live=live), board)
    assert (heard.meter.marker_input is not None) == marked


def test_a_recording_without_a_marker_gives_no_measured_energy() -> None:
    energy = energy_of(recording([0.5] * 50, started_s=None, live=False), loop(3), MEASUREMENT)
    assert (energy.source, energy.power_w, energy.of_this_run) == (Source.ESTIMATED, 0.5, False)


def test_a_recording_is_read_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    marker = pulses(20, 10, 10)
    power_w = np.where(marker, 1.0, 0.1)
    power_w[[33, 34, 77]] = np.nan
    whole = recording(power_w, marker)
    expected = energy_of(whole, loop(20), MEASUREMENT)
    longest = 0

    class Watched(InMemory):
        def read(self, begin: int, end: int) -> Samples:
            nonlocal longest
            longest = max(longest, end - begin)
            return super().read(begin, end)

    monkeypatch.setattr(Recording.blocks, "__defaults__", (7,))
    in_pieces = dataclasses.replace(whole, stored=Watched(whole.stored.read(0, whole.count)))
    assert energy_of(in_pieces, loop(20), MEASUREMENT) == expected
    assert longest == 11  # a pulse, and the sample before it


def test_a_floating_input_is_told() -> None:
    with pytest.raises(ThimbleError) as caught:
        energy_of(recording([1.0] * 410, pulses(20, 10, 10)), loop(3), MEASUREMENT)
    assert caught.value.code == "marker-unclear"


def test_what_the_board_computes_afterwards_does_not_count() -> None:
    marker = pulses(20, 10, 10)
    power_w = np.where(marker, 1.0, 0.1)
    power_w[200:] += 1
    power_w[250] = np.nan
    ends_s = 100.0 + 130 * PERIOD_S  # the host hears of it a little later
    for end_s, more_follow in ((ends_s, True), (1e9, True), (ends_s - LATE_S - 0.005, False)):
        when = Loop(0.0, 100.0, end_s, 6, more_follow)
        energy = energy_of(recording(power_w, marker), when, MEASUREMENT)
        assert (energy.inferences, energy.power_w, energy.idle_w) == (5, 1.0, 0.1)
        assert energy.above_idle_j == pytest.approx(9e-3)
        assert (energy.lost, energy.left_out) == (0, 0)


def test_a_recording_from_elsewhere_has_as_many_inferences_as_it_has() -> None:
    marker = pulses(20, 10, 10)
    played = recording(np.where(marker, 1.0, 0.1), marker, started_s=None, live=False)
    energy = energy_of(played, Loop(0.0, 100.0, 1e9, 3, more_follow=True), MEASUREMENT)
    assert energy.inferences == 19
    assert energy.note == (
        "the power was recorded earlier: it is not of this run;"
        " the recording has 20 pulses, this run 3 inferences"
    )


@pytest.mark.parametrize(
    ("live", "board", "words"),
    [
        (True, "pico", None),
        (False, "pico", "the power was recorded earlier: it is not of this run"),
        (True, "virtual-pico", "the board is emulated"),
        (False, "virtual-pico", "of this run; the board is emulated"),
    ],
)
@pytest.mark.parametrize("marked", [True, False])
def test_what_is_not_of_this_run_says_so(live: bool, board: str, words: str | None, marked: bool) -> None:
    marker = pulses(3, 10, 10)
    heard = recording(np.where(marker, 1.0, 0.1), marker, started_s=100.0 if live else None, live=live)
    measured = dataclasses.replace(MEASUREMENT, board=board)
    energy = energy_of(heard if marked else heard.unmarked(), loop(3), measured)
    if words is None:
        assert (energy.of_this_run, energy.note) == (None, "")
        assert (energy.each_j is not None) == marked
    else:
        assert (energy.of_this_run, energy.each_j) == (False, None)
        assert words in (energy.note or "")
        assert "pulses" not in (energy.note or "")  # as many as this run


def test_figures_have_no_noise_of_short_floats() -> None:
    marker = pulses(3, 10, 10)
    energy = energy_of(recording(np.where(marker, 0.1, 0.03), marker), loop(3), MEASUREMENT)
    assert (energy.power_w, energy.power_min_w, energy.idle_w) == (0.1, 0.1, 0.03)
    assert energy.each_j == (0.001, 0.001)


def test_by_clock_it_is_the_mean_over_the_loop_and_says_so() -> None:
    # 1 s of idling, the first inference until 101.5 s, the loop until 103 s, idle again
    power_w = np.repeat([0.1, 5.0, 0.5, 0.1], [1000, 500, 1500, 500])
    when = Loop(100.0, 101.5, 103.0, 4)
    energy = energy_of(recording(power_w), when, MEASUREMENT)
    assert (energy.sync, energy.power_w, energy.inferences) == (Sync.CLOCK, 0.5, 2)
    assert energy.energy_j == pytest.approx(0.5 * 0.020)
    assert energy.energy_std_j is None
    assert energy.idle_w == pytest.approx(0.1)
    assert energy.above_idle_j == pytest.approx(0.4 * 0.020)


def test_what_came_before_the_board_idled_does_not_count() -> None:
    marker = np.concatenate([pulses(7, 10, 10), pulses(3, 10, 10)])
    before_s = 7 * 20 * PERIOD_S + 10 * PERIOD_S
    heard = recording(np.where(marker, 1.0, 0.1), marker)
    energy = energy_of(heard, Loop(100.0 + before_s, 0.0, 1e9, 3), MEASUREMENT)
    assert energy.inferences == 2


@pytest.mark.parametrize("power_w", [[], [np.nan] * 50])
def test_no_samples_are_no_energy(power_w: list[float]) -> None:
    with pytest.raises(ThimbleError) as caught:
        energy_of(recording(power_w), loop(3), MEASUREMENT)
    assert caught.value.code == "meter-no-samples"


def test_a_loop_between_two_samples_is_no_energy() -> None:
    with pytest.raises(ThimbleError, match="gave 0 samples in the 0 s"):
        energy_of(recording([1.0] * 50), loop(3, 100.01, 100.0102), MEASUREMENT)


def test_pulses() -> None:
    assert pulses_of(np.array([1, 1, 0, 1, 1, 0, 0, 1], bool)) == [Pulse(3, 5)]
    assert pulses_of(np.array([], bool)) == []


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 7))
def test_the_size_of_blocks_changes_no_pulse(marker: list[bool], length: int) -> None:
    heard = recording(np.ones(len(marker)), np.array(marker, bool))
    expected = survey(heard).pulses
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Recording.blocks, "__defaults__", (length,))
        assert survey(heard).pulses == expected


def test_samples_that_are_lost_between_two_blocks_do_not_split_an_inference() -> None:
    low, high = samples_of(np.full(10, 0.1)), samples_of(np.full(200, 1.0), inputs=1)
    blocks = [low, high, low, high, lost_samples(1), high, low, high[:100], lost_samples(90), high[:100], low]
    heard = recording([], [])
    samples = np.concatenate(blocks)
    heard = dataclasses.replace(heard, stored=InMemory(samples), end=len(samples))
    energy = energy_of(heard, loop(3), MEASUREMENT)
    assert (energy.inferences, energy.left_out, energy.lost) == (1, 1, 91)
    assert energy.energy_j == pytest.approx(0.401)


def test_what_raises_no_marker_is_measured_by_the_clock() -> None:
    heard = recording([0.5] * 3000, [0] * 3000).unmarked()
    energy = energy_of(heard, Loop(100.0, 101.0, 103.0, 3), MEASUREMENT)
    assert (energy.sync, energy.power_w) == (Sync.CLOCK, 0.5)


def test_measured_power_times_an_estimated_latency_is_an_estimate() -> None:
    estimated = dataclasses.replace(MEASUREMENT, timing=Source.ESTIMATED)
    when = Loop(100.0, 101.0, 103.0, 3)
    assert energy_of(recording([0.5] * 3000), when, estimated).source is Source.ESTIMATED
    assert energy_of(recording([0.5] * 3000), when, MEASUREMENT).source is Source.MEASURED


@pytest.mark.parametrize("board", all_boards().values(), ids=all_boards())
def test_the_pin_is_the_one_that_the_firmware_raises(board: Board) -> None:
    program = BOARDS_DIR.parent / board.target / "hardware.c"
    written = program.read_text(encoding="utf-8") if program.exists() else ""
    assert bool(board.marker_pin) == ("void hardware_marker(" in written and not board.virtual)
    assert all(word in written for word in board.marker_pin.strip(")").split(" ("))
