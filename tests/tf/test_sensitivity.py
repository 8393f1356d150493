"""Sensitivity: one layer pruned at a time, on the real model."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from core.compress.structured import find_groups
from core.errors import CancelledByUser, ThimbleError
from core.jobs.tasks.sensitivity import FILES, sensitivity
from core.models.keras_graph import read_keras_graph
from core.report.sensitivity import by_sensitivity, table
from tests.tf.conftest import Watcher, build_branched

pytestmark = pytest.mark.tf


@pytest.mark.parametrize("kind", ["structured", "element"])
def test_each_layer_alone(kind: str, params: dict[str, Any], trained_small: Path) -> None:
    watcher = Watcher()
    result = sensitivity({**params, "kind": kind, "fractions": [0.9, 0.25]}, watcher.context)
    graph = read_keras_graph(trained_small)
    layers = ["edges", "shapes", "thoughts"] + (["answer"] if kind == "element" else [])
    assert [(p["layer"], p["fraction"]) for p in result["points"]] == [
        (layer, fraction) for layer in layers for fraction in (0.25, 0.9)
    ]
    sizes = {op.name: weight.elements for op in graph.ops if (weight := graph.weight(op)) is not None}
    for point in result["points"]:
        if kind == "element":
            gone = graph.nonzero - point["parameters"]
            assert gone == pytest.approx(point["fraction"] * sizes[point["layer"]], abs=1)
        else:
            assert point["parameters"] < graph.parameters
    mild = [p["accuracy"] for p in result["points"] if p["fraction"] == 0.25]
    harsh = [p["accuracy"] for p in result["points"] if p["fraction"] == 0.9]
    assert sum(mild) > sum(harsh) + 0.2
    assert result["baseline"]["accuracy"] > max(harsh)
    assert [partial["done"] for partial in watcher.partials()] == list(range(1, 2 * len(layers) + 1))
    assert watcher.fractions() == sorted(watcher.fractions())


def test_what_it_writes(params: dict[str, Any]) -> None:
    result = sensitivity({**params, "fractions": [0.5]}, Watcher().context)
    out = Path(params["out"])
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    assert json.loads((out / "sensitivity.json").read_text())["points"] == result["points"]
    rows = list(csv.DictReader((out / "sensitivity.csv").read_text().splitlines()))
    assert [row["layer"] for row in rows] == ["", "edges", "shapes", "thoughts"]
    assert float(rows[0]["accuracy"]) == result["baseline"]["accuracy"]
    assert (out / "sensitivity.png").read_bytes()[:4] == b"\x89PNG"
    assert [row[0] for row in table(result)[1:]] == by_sensitivity(result)


def test_layers_that_are_coupled_are_pruned_together(params: dict[str, Any], tmp_path: Path) -> None:
    model = build_branched()
    model.save(tmp_path / "branched.keras")
    changed = {"model": str(tmp_path / "branched.keras"), "fractions": [0.5], "samples": 30}
    result = sensitivity({**params, **changed}, Watcher().context)
    groups = find_groups(read_keras_graph(tmp_path / "branched.keras"))
    assert [tuple(p["layers"]) for p in result["points"]] == [group.layers for group in groups]
    assert any(len(p["layers"]) > 1 for p in result["points"])
    assert result["baseline"]["samples"] == 30


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"fractions": [0.5, 1.0]}, "bad-fraction"),
        ({"kind": "element", "criterion": "activation"}, "criterion-does-not-fit"),
        ({"data": "digits"}, "data-does-not-fit"),
        ({"model": "nothing.keras"}, "missing-file"),
    ],
)
def test_bad_questions(params: dict[str, Any], changed: dict[str, Any], code: str) -> None:
    with pytest.raises(ThimbleError) as caught:
        sensitivity({**params, **changed}, Watcher().context)
    assert caught.value.code == code
    assert not Path(params["out"]).exists()


def test_a_cancelled_one_leaves_nothing(params: dict[str, Any]) -> None:
    with pytest.raises(CancelledByUser):
        sensitivity(params, Watcher(cancel_after=1).context)
    assert not Path(params["out"]).exists()
