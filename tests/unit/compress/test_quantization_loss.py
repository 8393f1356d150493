"""Signal-to-noise ratios, what is advised, and where a run says that something became smaller."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from core.compress.findings import doubts, notes, warnings
from core.compress.footprint import BOARDS, FileSize, Footprint, OnBoard, file_size
from core.compress.quantization_loss.advice import what_to_try
from core.compress.quantization_loss.noise import Array, LayerNoise, Traced, decibels, layer_noise
from core.data.samples import FloatArray
from core.evaluate import Evaluation, score
from core.recipe import Cluster, Engine, Prune, PruneKind, Quantize, QuantizeKind, QuantizeMode, Recipe

_SAMPLES = np.random.default_rng(0).normal(0, 1, (6, 50)).astype(np.float32)


@dataclass
class Fake:
    """Layers that multiply the sample by a factor, and round to steps."""

    factors: dict[str, float]
    step: float = 0.0
    ops: str = "Conv"
    layers: dict[str, Traced] = field(init=False)
    kernels: dict[str, Array] = field(init=False)

    def __post_init__(self) -> None:
        self.layers = {name: Traced(name, self.ops) for name in self.factors}
        self.kernels = {"a": np.full(4, 1.0) + self.step}

    def outputs(self, sample: FloatArray) -> dict[str, Array]:
        found = {name: np.asarray(sample * factor, np.float64) for name, factor in self.factors.items()}
        return {name: np.rint(v / self.step) * self.step if self.step else v for name, v in found.items()}


def test_the_ratio_is_ten_times_the_logarithm_of_the_powers() -> None:
    assert decibels(100.0, 1.0) == pytest.approx(20.0)
    assert decibels(1.0, 0.0) is None
    assert decibels(0.0, 1.0) is None


def test_layers_are_compared_over_all_samples() -> None:
    done = []
    found = layer_noise(
        Fake({"a": 1.0, "b": 2.0}), Fake({"a": 1.0, "b": 2.0}, 0.1), _SAMPLES, lambda: done.append(1)
    )
    assert len(done) == len(_SAMPLES)
    assert [layer.name for layer in found] == ["a", "b"]
    for layer, factor in zip(found, (1.0, 2.0), strict=True):
        real = (_SAMPLES * factor).astype(np.float64)
        noise = ((real - np.rint(real / 0.1) * 0.1) ** 2).sum()
        assert layer.sqnr_db == pytest.approx(10 * math.log10((real**2).sum() / noise))
    assert found[0].weights_sqnr_db == pytest.approx(20.0)
    assert found[1].weights_sqnr_db is None


def test_the_same_numbers_have_no_noise() -> None:
    same = Fake({"a": 1.0})
    assert layer_noise(same, same, _SAMPLES, lambda: None) == [LayerNoise("a", "Conv", None, None)]


def test_other_layers_are_found_by_the_names_of_their_tensors() -> None:
    other = Fake({"b": 1.0, "new": 3.0}, 0.5, ops="Add")
    found = layer_noise(Fake({"a": 1.0, "b": 1.0}), other, _SAMPLES, lambda: None)
    assert [layer.name for layer in found] == ["b"]


def test_nothing_is_advised_where_nothing_was_lost() -> None:
    assert what_to_try(Recipe("r"), 0.004, (), ()) == ()


def test_advice_fits_the_recipe() -> None:
    worst = [LayerNoise("shapes", "Conv", 8.0, 12.0)]
    recipe = Recipe("r", prune=Prune(PruneKind.STRUCTURED), quantize=Quantize(calibration=20))
    words = " ".join(what_to_try(recipe, 0.2, worst, ["shapes"]))
    assert all(part in words for part in ('"qat"', "calibration = 500", "shapes", "filters", '"float16"'))
    trained = replace(recipe, quantize=Quantize(QuantizeKind.INT8, QuantizeMode.QAT), prune=None)
    words = " ".join(what_to_try(trained, 0.2, [], []))
    assert '"qat"' not in words
    assert "pruning" not in words


def test_no_exception_is_advised_for_a_layer_that_is_never_pruned() -> None:
    worst = [LayerNoise("shapes", "Conv", 8.0, 40.0), LayerNoise("answer", "Dense", 9.0, 12.0)]
    recipe = Recipe("r", prune=Prune(PruneKind.STRUCTURED))
    assert "pruning (shapes)" in " ".join(what_to_try(recipe, 0.2, worst, ["shapes"]))
    words = " ".join(what_to_try(recipe, 0.2, worst[1:], ["shapes"]))
    assert "answer" in words  # its weights are told of
    assert "prun" not in words


def _evaluation(right: int) -> Evaluation:
    labels = np.arange(100) % 4
    outputs = np.eye(4)[np.where(np.arange(100) < right, labels, (labels + 1) % 4)]
    return score(outputs, labels, list("abcd"))


@pytest.mark.parametrize(("right", "codes"), [(25, ["near-chance"]), (95, [])])
def test_an_accuracy_near_chance_is_a_warning(right: int, codes: list[str]) -> None:
    found = warnings(Recipe("r"), _evaluation(right), _evaluation(right))
    assert [finding.code for finding in found] == codes


def test_a_model_that_compression_broke_is_a_warning() -> None:
    (found,) = warnings(Recipe("r"), _evaluation(95), _evaluation(25))
    assert found.code == "broken"
    assert "25.0 %" in found.text


def test_more_outputs_than_classes_are_a_warning_with_both_numbers() -> None:
    labels = np.arange(100) % 4
    (found,) = doubts(score(np.eye(6)[labels], labels, list("abcd")))
    assert found.code == "spare-outputs"
    assert "6 outputs" in found.text
    assert "4 classes" in found.text


@pytest.mark.parametrize(("clusters", "codes"), [(16, []), (17, ["clusters-save-no-flash"])])
def test_more_clusters_than_four_bits_tell_apart(clusters: int, codes: list[str]) -> None:
    found = warnings(Recipe("r", cluster=Cluster(clusters)), _evaluation(95), _evaluation(94))
    assert [finding.code for finding in found] == codes


def _footprint(tflite: int, gzip: int, flash: int | None, copies: int = 0) -> Footprint:
    boards = tuple(
        OnBoard(board, board, flash, 1, 2, 3, copies, 4, fits=True)
        if flash
        else OnBoard(board, board, reason="too large")
        for board in BOARDS
    )
    return Footprint(FileSize(4000, 3000), 8000, 6500, FileSize(tflite, gzip), None, boards)


def test_element_wise_pruning_says_what_did_not_shrink() -> None:
    recipe = Recipe("r", prune=Prune(PruneKind.ELEMENT))
    (found,) = notes(recipe, _footprint(1000, 900, 5000), _footprint(1000, 200, 2000))
    assert found.code == "element-wise"
    assert "neither model.keras nor model.tflite smaller" in found.text
    assert "model.tflite with gzip (900 → 200 bytes)" in found.text
    assert "flash of the generated C on virtual-pico (5,000 → 2,000 bytes)" in found.text
    (found,) = notes(recipe, _footprint(1000, 900, 5000), _footprint(1000, 200, 6000))
    assert "generated C" not in found.text
    assert notes(Recipe("r", prune=Prune()), _footprint(10, 9, 5), _footprint(5, 4, 3)) == ()


def test_copies_of_weights_in_sram_are_said() -> None:
    found = notes(Recipe("r"), _footprint(10, 9, 5), _footprint(5, 4, 3, copies=1234))
    assert [n.code for n in found] == ["weights-in-sram"] * 2
    assert "1,234 bytes" in found[0].text


def test_what_could_not_be_planned_is_said() -> None:
    found = notes(Recipe("r"), _footprint(1000, 900, None), _footprint(1000, 900, 2000))
    assert [n.text for n in found] == [
        f"{board}: the original model was not planned (too large)." for board in BOARDS
    ]
    assert notes(Recipe("r"), None, _footprint(1, 1, 1)) == ()


def test_gzip_is_that_of_the_whole_file(tmp_path: object) -> None:
    import gzip
    from pathlib import Path

    path = Path(str(tmp_path)) / "file"
    content = bytes(np.random.default_rng(0).integers(0, 4, 3_000_000, dtype=np.uint8))
    path.write_bytes(content)
    calls: list[int] = []
    found = file_size(path, lambda: calls.append(1))
    assert found == FileSize(len(content), len(gzip.compress(content, 9, mtime=0)))
    assert len(calls) == 3


def test_what_another_engine_did_and_clusters_in_integers_are_said() -> None:
    recipe = Recipe("r", cluster=Cluster(clusters=16, engine=Engine.TFMOT))
    for before in (None, _footprint(10, 9, 5)):
        engine, clusters = notes(recipe, before, _footprint(5, 4, 3))
        assert engine.text == "Done by TensorFlow Model Optimization (tfmot): clustering."
        assert "the 16 values of each layer" in clusters.text
    floats = Recipe("r", cluster=Cluster(), quantize=Quantize(kind=QuantizeKind.NONE))
    assert notes(floats, None, _footprint(5, 4, 3)) == ()
