from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from core.errors import ThimbleError
from core.preview import preview
from core.recipe import Cluster, Criterion, Prune, PruneKind, Quantize, QuantizeKind

LENET = Path(__file__).parents[3] / "resources" / "models" / "lenet-digits.keras"
BOARD = "virtual-pico"


def test_more_structured_pruning_takes_less_flash_and_arena():
    previews = [preview(LENET, Prune(sparsity=s), Quantize(), BOARD) for s in (0.2, 0.5, 0.8, 0.95)]
    assert [p.parameters_before for p in previews] == [1_199_882] * 4
    for larger, smaller in pairwise(previews):
        assert smaller.flash_bytes < larger.flash_bytes
        assert smaller.arena_bytes < larger.arena_bytes
        assert smaller.structures_fraction > larger.structures_fraction


def test_the_fraction_is_what_is_really_gone():
    result = preview(LENET, Prune(sparsity=0.9), Quantize(), BOARD)
    assert result.parameters_after == pytest.approx(119_988, rel=0.05)
    assert result.parameters_fraction == 1 - result.parameters_after / result.parameters_before


def test_zeros_save_flash_but_not_the_arena():
    full = preview(LENET, None, Quantize(), BOARD)
    sparse = preview(LENET, Prune(kind=PruneKind.ELEMENT, sparsity=0.95), Quantize(), BOARD)
    assert sparse.flash_bytes < full.flash_bytes / 4
    # The kernels' scratch memory may differ.
    assert sparse.arena_bytes == pytest.approx(full.arena_bytes, rel=0.05)
    assert sparse.structures_fraction == 0


def test_weights_are_copied_to_sram_only_where_they_fit():
    full = preview(LENET, None, Quantize(), BOARD)
    small = preview(LENET, Prune(sparsity=0.97), Quantize(), BOARD)
    assert full.weights_in_sram_bytes == 0
    assert 0 < small.weights_in_sram_bytes < small.sram_bytes < small.sram_limit_bytes


def test_buffers_alive_together_do_not_overlap():
    buffers = preview(LENET, Prune(sparsity=0.8), Quantize(), BOARD).buffers
    for i, a in enumerate(buffers):
        for b in buffers[i + 1 :]:
            apart_in_time = a.last_step < b.first_step or b.last_step < a.first_step
            assert apart_in_time or a.offset + a.size_bytes <= b.offset or b.offset + b.size_bytes <= a.offset


@pytest.mark.parametrize(
    ("kind", "criterion"),
    [
        (PruneKind.STRUCTURED, Criterion.GRADIENT),
        (PruneKind.STRUCTURED, Criterion.ACTIVATION),
        (PruneKind.ELEMENT, Criterion.GRADIENT),
    ],
)
def test_a_criterion_that_needs_data_is_estimated_and_says_so(kind: PruneKind, criterion: Criterion):
    prune = Prune(kind, criterion, sparsity=0.8)
    result = preview(LENET, prune, Quantize(), BOARD)
    by_magnitude = preview(LENET, replace(prune, criterion=Criterion.MAGNITUDE), Quantize(), BOARD)
    assert replace(result, note="") == replace(by_magnitude, note="")
    assert by_magnitude.note in result.note
    assert f"{criterion.value} needs the data" in result.note
    assert "needs the data" not in by_magnitude.note
    with pytest.raises(ThimbleError, match="threshold") as caught:
        preview(LENET, replace(prune, threshold=0.1), Quantize(), BOARD)
    assert caught.value.code == "needs-data"


def test_a_missing_file_and_other_numbers_are_refused():
    with pytest.raises(ThimbleError, match="there is no file"):
        preview(LENET.with_name("gone.keras"), None, Quantize(), BOARD)
    with pytest.raises(ThimbleError, match="there is no board 'nano'"):
        preview(LENET, None, Quantize(), "nano")


def test_uint8_is_int8_between_floats():
    int8, uint8 = (
        preview(LENET, None, Quantize(kind), BOARD) for kind in (QuantizeKind.INT8, QuantizeKind.UINT8)
    )
    assert int8.flash_bytes < uint8.flash_bytes < int8.flash_bytes + 3000
    assert int8.cycles < uint8.cycles < 1.05 * int8.cycles
    floats = 28 * 28 * 4
    assert floats in {buffer.size_bytes for buffer in uint8.buffers}
    assert floats not in {buffer.size_bytes for buffer in int8.buffers}


@pytest.mark.parametrize(("clusters", "said"), [(16, False), (17, True)])
def test_clusters_that_save_no_flash_are_said(clusters: int, said: bool):
    note = preview(LENET, None, Quantize(), BOARD, Cluster(clusters)).note
    assert ("save no flash" in note) == said
