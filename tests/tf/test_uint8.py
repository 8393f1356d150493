"""uint8 from the recipe to the C code: what a run writes and says, and what the code computes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from codegen.compiler import compile_model
from codegen.firmware import build_firmware
from codegen.frontends import load_graph
from codegen.targets.board import find_board
from core.boards.agreement import Rule, onnx_agreement
from core.boards.layout import to_graph_layout
from core.boards.onnx_reference import onnx_outputs
from core.boards.session import run_samples
from core.compress.quantizers.qdq import results_to_quantize, to_qdq
from core.data import DataSet
from core.evaluate import evaluate_file
from core.jobs.tasks.compress import compress
from core.jobs.tasks.evaluate import evaluate
from core.models.onnx_export import write_onnx
from core.models.stored_layers import read_stored_layers
from core.paths import cache_dir
from core.preview import preview
from core.recipe import Quantize, QuantizeKind
from core.runners.tflite import TfliteRunner
from tests.tf.conftest import Watcher, build_branched

pytestmark = [pytest.mark.tf, pytest.mark.toolchain]

RECIPE: dict[str, Any] = {
    "name": "test",
    "prune": {"kind": "element", "sparsity": 0.6, "schedule": "one-shot"},
    "quantize": {"kind": "uint8", "calibration": 50},
}


@dataclass(frozen=True)
class Run:
    """A finished run of `RECIPE`."""

    out: Path
    data: str
    result: dict[str, Any]


@pytest.fixture(scope="module")
def run(trained_small: Path, small_digits_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    out, data = tmp_path_factory.mktemp("uint8"), str(small_digits_file)
    params = {"model": str(trained_small), "data": data, "out": str(out), "recipe": RECIPE}
    return Run(out, data, compress(params, Watcher().context))


def test_the_onnx_file_is_what_is_deployed_and_described(run: Run) -> None:
    assert run.result["deployed"] == "model.onnx"
    evaluated = evaluate({"model": str(run.out / "model.onnx"), "data": run.data}, Watcher().context)
    assert run.result["accuracy"]["after"] == evaluated["accuracy"] > 0.5
    assert run.result["parameters"]["nonzero"] == evaluated["nonzero"]
    assert run.result["parameters"]["unique"] == evaluated["unique"]
    assert run.result["macs"]["after"] == evaluated["macs"]
    layers = read_stored_layers(run.out / "model.onnx")
    assert [layer.name for layer in layers] == ["edges", "shapes", "thoughts", "answer"]
    assert sum(np.count_nonzero(layer.kernel == 0) for layer in layers) >= 0.6 * sum(
        layer.kernel.size for layer in layers
    )


def test_all_its_weights_are_uint8(run: Run) -> None:
    model = onnx.load(run.out / "model.onnx")
    onnx.checker.check_model(model, full_check=True)
    types = {tensor.name: tensor.data_type for tensor in model.graph.initializer}
    kernels = [name for name in types if name.endswith("/integers") and types[name] != onnx.TensorProto.INT32]
    assert len(kernels) == 4
    assert {types[name] for name in kernels} == {onnx.TensorProto.UINT8}


def test_the_tflite_file_beside_it_has_unsigned_ends(run: Run, small_digits: DataSet) -> None:
    runner = TfliteRunner(run.out / "model.tflite")
    ends = (runner._interpreter.get_input_details()[0], runner._interpreter.get_output_details()[0])
    assert [end["dtype"] for end in ends] == [np.uint8, np.uint8]
    assert {str(layer.kernel.dtype) for layer in read_stored_layers(run.out / "model.tflite")} == {"int8"}
    other = evaluate_file(run.out / "model.tflite", small_digits)
    assert abs(other.accuracy - run.result["accuracy"]["after"]) <= 0.05


def test_its_layers_are_compared_with_floats(run: Run) -> None:
    loss = run.result["quantization_loss"]
    layers = {layer["name"]: layer for layer in loss["layers"]}
    assert all(20 < layers[name]["sqnr_db"] < 60 for name in ("edges", "shapes", "thoughts", "answer"))
    assert all(30 < layers[name]["weights_sqnr_db"] < 60 for name in ("edges", "shapes", "thoughts"))
    (note,) = [note for note in run.result["notes"] if note["code"] == "element-wise"]
    assert "neither model.keras nor model.tflite smaller" in note["text"]


def _both_outputs(path: Path, x: Any, folder: Path) -> tuple[Any, Any]:
    """Of the C code on this computer, and of ONNX Runtime."""
    graph, board = load_graph(path), find_board("host")
    image = build_firmware(compile_model(graph, board), folder, cache_dir() / "compiler")
    given = run_samples(image, board, to_graph_layout(graph, graph.inputs[0], x)).outputs.view(np.float32)
    return given, onnx_outputs(path, graph, x)


def test_the_c_code_is_within_a_step_of_onnx_runtime(run: Run, small_digits: DataSet, tmp_path: Path) -> None:
    given, wanted = _both_outputs(run.out / "model.onnx", small_digits.x_test, tmp_path)
    assert np.abs(given - wanted).max() * 256 <= 1.0  # steps of the softmax


def test_branches_and_folded_batch_norms(small_digits: DataSet, tmp_path: Path) -> None:
    model, path = build_branched(), tmp_path / "m.onnx"
    rng = np.random.default_rng(0)
    for variable in model.weights:
        variable.assign(variable.numpy() + rng.uniform(0.0, 0.3, variable.shape))
    write_onnx(model, path, fold=True)
    names = {node.name for node in onnx.load(path).graph.node}
    assert names >= {"stem", "body.depthwise", "body", "deep", "side", "last", "answer"}
    assert not names & {"stem_norm", "body_norm"}
    onnx.save(to_qdq(onnx.load(path), small_digits.x_train[:50]), path)
    assert [layer.name for layer in read_stored_layers(path)][:3] == ["stem", "body/depthwise", "body"]
    outputs = onnx_outputs(path, load_graph(path), small_digits.x_test[:30])
    assert np.abs(outputs - model(small_digits.x_test[:30], training=False).numpy()).max() < 0.1
    agree = onnx_agreement(load_graph(path))
    assert agree.rule is Rule.CLASSES
    assert agree(*_both_outputs(path, small_digits.x_test, tmp_path))


def test_the_preview_comes_close(run: Run, trained_small: Path) -> None:
    board = find_board("virtual-pico")
    estimate = preview(trained_small, None, Quantize(QuantizeKind.UINT8), board.id)
    dense = preview(run.out / "model.onnx", None, Quantize(QuantizeKind.UINT8), board.id)
    assert estimate.arena_bytes == pytest.approx(dense.arena_bytes, rel=0.05)


def test_trained_ranges_and_weights_are_those_of_the_file(
    trained_small: Path, small_digits_file: Path, small_digits: DataSet, tmp_path: Path
) -> None:
    """Quantization-aware training for uint8: the ONNX file computes what was simulated."""
    recipe = {"name": "n", "quantize": {"kind": "uint8", "mode": "qat", "calibration": 50}}
    params = {"model": str(trained_small), "data": str(small_digits_file), "recipe": recipe}
    result = compress({**params, "out": str(tmp_path / "out")}, Watcher().context)
    assert [entry["phase"] for entry in result["history"]] == ["quantize"] * 2
    assert result["deployed"] == "model.onnx"
    assert abs(result["accuracy"]["after"] - result["history"][-1]["val_accuracy"]) <= 0.03
    ends = TfliteRunner(tmp_path / "out" / "model.tflite")._interpreter.get_input_details()[0]
    assert ends["dtype"] is np.uint8
    given, wanted = _both_outputs(tmp_path / "out" / "model.onnx", small_digits.x_test, tmp_path)
    assert np.abs(given - wanted).max() * 256 <= 1.0


def test_every_trained_range_finds_its_tensor(small_digits: DataSet, tmp_path: Path) -> None:
    """Through folded batch norms, separable convolutions and sums; and the file is what was simulated."""
    from core.compress.qat.onnx_ranges import trained_ranges
    from core.compress.qat.simulated import Style
    from core.compress.qat.simulation import simulate

    model, path = build_branched(), tmp_path / "m.onnx"
    simulation = simulate(model, Style(rounds_weights=True, ranges_follow=True))
    simulation.measure(small_digits.x_train[:50], lambda done, total: None)
    for number, part in enumerate(simulation.ranges()):  # no two are the same
        part.high.assign(part.high.numpy() * (1.0 + 0.01 * number))
    write_onnx(model, path, fold=True)
    loaded = onnx.load(path)
    trained = trained_ranges(loaded, results_to_quantize(loaded), simulation)
    highs = {round(high, 6) for _, high in trained.values()}
    assert highs == {round(float(part.high.numpy()), 6) for part in simulation.ranges()}
    onnx.save(to_qdq(loaded, small_digits.x_train[:50], trained=trained), path)
    outputs = onnx_outputs(path, load_graph(path), small_digits.x_test[:30])
    simulated = simulation.model(small_digits.x_test[:30], training=False).numpy()
    assert np.abs(outputs - simulated).max() < 0.03
