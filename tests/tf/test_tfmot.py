"""TensorFlow Model Optimization in a worker of its own: the same network there, and back with its weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.frontends import load_graph
from codegen.targets.board import find_board
from core.compress.tfmot.engine import _ENVIRONMENT
from core.data import DataSet
from core.data.preprocessing import Preprocessing
from core.jobs.events import Done
from core.jobs.host import start_job
from core.jobs.tasks.compress import compress
from core.recipe import Schedule
from tests.tf.conftest import Watcher, build_branched
from tests.tf.tfmot_work import BATCHES, FINETUNE, PRUNE, QUANTIZE, SHARE, STEPS

pytestmark = pytest.mark.tf


def _with_activation(path: Path, activation: str) -> str:
    import keras

    image = keras.Input((14, 14, 1), name="picture")
    values = keras.layers.Conv2D(4, 3, activation=activation, name="odd")(image)
    answer = keras.layers.Dense(10, activation="softmax", name="answer")(keras.layers.Flatten()(values))
    keras.Model(image, answer).save(path)
    return str(path)


@pytest.fixture(scope="module")
def found(
    trained_small: Path,
    small_digits: DataSet,
    small_digits_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """What one worker found out (see `tests.tf.tfmot_work`)."""
    folder = tmp_path_factory.mktemp("tfmot")
    build_branched().save(folder / "branched.keras")
    np.save(folder / "images.npy", small_digits.x_test[:60])
    params = {
        "models": [str(trained_small), str(folder / "branched.keras")],
        "source": str(small_digits_file),
        "preprocessing": Preprocessing.of(small_digits).to_dict(),
        "images": str(folder / "images.npy"),
        "odd": _with_activation(folder / "odd.keras", "sparse_plus"),
        "unknown": _with_activation(folder / "unknown.keras", "elu"),
    }
    job = start_job("tests.tf.tfmot_work:find_out", params, lambda event: None, _ENVIRONMENT)
    end = job.wait(300)
    assert isinstance(end, Done), end
    return end.result


def test_a_rebuilt_network_computes_the_same(found: dict[str, Any]) -> None:
    """To the last bit; batch norms, which tf_keras computes in another order, to a rounding."""
    plain, with_batch_norms = found["differences"]
    assert plain == 0.0
    assert with_batch_norms < 1e-6


@pytest.mark.parametrize("schedule", list(Schedule))
def test_its_schedules_are_thimbles(found: dict[str, Any], schedule: Schedule) -> None:
    """The same amounts at the same distances, the first one before the first batch."""
    from core.compress.schedules import find_schedule

    amounts = find_schedule(schedule).amounts(0.0, SHARE, STEPS)
    between = BATCHES // len(amounts) if schedule is not Schedule.ONE_SHOT else BATCHES
    wanted = [amounts[min(batch // between, len(amounts) - 1)] for batch in range(BATCHES)]
    assert found["schedules"][schedule.value] == pytest.approx(wanted, abs=0.005)


def test_zeros_and_clusters_are_kept(found: dict[str, Any]) -> None:
    assert found["pruned"]["zeros"] == pytest.approx(SHARE, abs=0.005)
    for name in ("clustered", "pcqat"):
        assert found[name]["zeros"] >= SHARE - 0.005
        assert max(found[name]["values"]) <= 6


def test_its_file_tells_the_digits(found: dict[str, Any], small_digits: DataSet) -> None:
    assert np.mean(np.asarray(found["classes"]) == small_digits.y_test[:60]) > 0.6
    graph, board = load_graph(found["file"]), find_board("virtual-pico")
    weighted = [op.name for op in graph.ops if graph.weight(op) is not None]
    assert weighted == ["edges", "shapes", "thoughts", "answer"]
    assert not compile_model(graph, board).plan.overflows(board)


def test_what_it_cannot_do_is_refused_by_name_of_the_layer(found: dict[str, Any]) -> None:
    (code, what), (other_code, other_what) = found["refusals"]
    assert (code, other_code) == ("not-in-tf-keras", "cannot-train-quantized")
    assert "'odd' (Conv2D)" in what
    assert "elu of layer 'odd' (Conv2D)" in other_what


def test_a_run_with_it(trained_small: Path, small_digits_file: Path, tmp_path: Path) -> None:
    recipe = {"name": "n", "prune": PRUNE, "finetune": FINETUNE, "quantize": {**QUANTIZE, "preserve": False}}
    params = {"model": str(trained_small), "data": str(small_digits_file), "recipe": recipe}
    watcher = Watcher()
    result = compress({**params, "out": str(tmp_path / "out")}, watcher.context)
    assert [entry["phase"] for entry in result["history"]] == ["finetune", "quantize"]
    assert watcher.partials() == result["history"]
    assert watcher.fractions() == sorted(watcher.fractions())
    assert result["accuracy"]["after"] > 0.6
    assert {"tf-keras", "tensorflow-model-optimization"} <= result["tools"].keys()
    assert result["recipe"]["prune"]["engine"] == "tfmot"
    assert [entry["sparsity"] for entry in result["history"]] == pytest.approx([SHARE] * 2, abs=0.005)
    assert json.loads((tmp_path / "out" / "run.json").read_text())["quantization_loss"]["layers"]
