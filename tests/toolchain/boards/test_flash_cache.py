"""What the cache of the Pico's flash makes the CPU wait, against a simulation in Python."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from codegen.firmware.elf import read_elf
from codegen.targets.target import WeightsIn
from core.boards.session import run_samples
from core.errors import ThimbleError
from tests.toolchain.boards.fake_model import INPUT_BYTES, PICO, FakeImage, build_for, misbehaving

pytestmark = pytest.mark.toolchain

WEIGHT_BYTES = 64 * 1024
#: A model that reads its weights, a word each, at the places that the statement chooses.
READING = """
#include "model.h"
static int8_t arena[MODEL_ARENA_BYTES];
const uint8_t model_hash[32] = {5};
MODEL_WEIGHTS const volatile uint32_t weights[16384] = {1};
int8_t *model_input(void) { return arena; }
const int8_t *model_output(void) { return arena + MODEL_INPUT_BYTES; }
void model_init(void) {}
void model_run(void)
{
    for (uint32_t i = 0; i < READS; i++) {
        (void)weights[PLACE];
    }
}
"""
MISS_CYCLES = 56


def waits(places: list[int], first: int, inferences: int) -> list[int]:
    """Cycles of each inference: 16 KB in lines of 8 bytes, two ways, the line used longest ago goes."""
    sets: list[OrderedDict[int, None]] = [OrderedDict() for _ in range(1024)]
    result = []
    for _ in range(inferences):
        misses = 0
        for place in places:
            line = (first + 4 * place) // 8
            ways = sets[line % 1024]
            misses += line not in ways
            ways[line] = None
            ways.move_to_end(line)
            if len(ways) > 2:
                ways.popitem(last=False)
        result.append(misses * MISS_CYCLES)
    return result


@pytest.mark.parametrize(
    ("place", "reads", "formula"),
    [
        ("i", 16384, lambda i: i),  # all of it, four times the cache: every line is new
        ("i % 2048", 8192, lambda i: i % 2048),  # half the cache: it stays there
        ("(i * 7919u) % 6000u", 5000, lambda i: i * 7919 % 6000),  # in between
        ("(i % 3u) * 2048u", 900, lambda i: i % 3 * 2048),  # three lines of one set
    ],
    ids=["streamed", "kept", "scattered", "one set"],
)
def test_misses_are_those_of_the_cache(place: str, reads: int, formula: object, tmp_path: Path) -> None:
    source = READING.replace("READS", f"{reads}u").replace("PLACE", place)
    image = build_for(PICO, tmp_path, source, WeightsIn.FLASH)
    result = run_samples(image, PICO, np.zeros((3, INPUT_BYTES), np.int8))
    section = next(s for s in read_elf(image.elf).sections if s.name == ".model_weights")
    assert section.size_bytes == WEIGHT_BYTES
    expected = waits([formula(i) for i in range(reads)], section.address, 3)  # type: ignore[operator]
    assert result.counts.xip_cycles == tuple(expected)
    assert result.cycles is not None
    for latency_s, cycles, wait in zip(result.latencies_s, result.cycles, expected, strict=True):
        assert latency_s == (cycles + wait) / PICO.clock_hz


def test_what_runs_from_ram_waits_for_nothing(pico_image: FakeImage) -> None:
    result = run_samples(pico_image, PICO, np.zeros((2, INPUT_BYTES), np.int8))
    assert result.counts.xip_cycles is None


#: In the first inference code goes to flash and back rarely enough; by the fourth it did too often.
TO_AND_FRO = """
#include "model.h"
static int8_t arena[MODEL_ARENA_BYTES];
const uint8_t model_hash[32] = {6};
MODEL_WEIGHTS const volatile uint32_t weights[16384] = {1};
int8_t *model_input(void) { return arena; }
const int8_t *model_output(void) { return arena + MODEL_INPUT_BYTES; }
void model_init(void) {}
__attribute__((section(".reset"), noinline)) static uint32_t read_from_flash(uint32_t place)
{
    return weights[place];
}
static uint32_t (*volatile reading)(uint32_t) = read_from_flash;
void model_run(void)
{
    for (uint32_t i = 0; i < 16384; i++) {
        (void)weights[i];
    }
    arena[MODEL_INPUT_BYTES] = 0;
    for (uint32_t i = 0; i < 8; i++) {
        arena[MODEL_INPUT_BYTES] += (int8_t)reading(i * 64);
    }
}
"""


def test_code_may_run_from_flash_as_well(tmp_path: Path) -> None:
    image = build_for(PICO, tmp_path, TO_AND_FRO, WeightsIn.FLASH)
    result = run_samples(image, PICO, np.zeros((4, INPUT_BYTES), np.int8))
    assert [int(output[0]) for output in result.outputs] == [1] * 4
    assert result.cycles is not None
    assert len(set(result.cycles[1:])) == 1
    xip_cycles = result.counts.xip_cycles
    assert xip_cycles is not None
    assert len(set(xip_cycles[1:])) == 1  # however they were counted
    places = [*range(WEIGHT_BYTES // 4), *(i * 64 for i in range(8))]
    section = next(s for s in read_elf(image.elf).sections if s.name == ".model_weights")
    of_weights = waits(places, section.address, 4)
    of_code = [both - weights for both, weights in zip(xip_cycles, of_weights, strict=True)]
    assert all(
        0 < cycles <= 4 * MISS_CYCLES for cycles in of_code
    )  # the function, a few lines, and its literal


def test_what_is_watched_cannot_be_written(tmp_path: Path) -> None:
    weights = "MODEL_WEIGHTS const volatile uint32_t weights[4] = {1};"
    source = misbehaving("(void)weights[1]; *(volatile uint32_t *)&weights[2] = 1;", weights)
    image = build_for(PICO, tmp_path, source, WeightsIn.FLASH)
    with pytest.raises(ThimbleError) as caught:
        run_samples(image, PICO, np.zeros((1, INPUT_BYTES), np.int8))
    assert "wrote into the flash" in caught.value.what
