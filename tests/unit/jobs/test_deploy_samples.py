"""Which test samples a board gets."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.jobs.tasks.deploy import load_samples, places_of_all_classes
from tests.unit.codegen.networks import small_lenet


def test_sorted_data_give_samples_of_every_class(tmp_path: Path) -> None:
    graph = small_lenet()
    shape = graph.tensors[graph.inputs[0]].shape[1:]
    labels = np.repeat(np.arange(5), 60)
    x = np.broadcast_to(labels.reshape(-1, *[1] * len(shape)), (300, *shape)).astype(np.uint8)
    np.savez(tmp_path / "sorted.npz", x_train=x, y_train=labels, x_test=x, y_test=labels)
    params = {"data": str(tmp_path / "sorted.npz"), "runs": 100, "options": {"scaling": "as-is"}}
    samples = load_samples(params, graph)
    assert samples.labels is not None
    assert set(samples.labels) == set(range(5))
    first = samples.x.reshape(100, -1)[:, 0].astype(int)
    assert np.all(np.diff(first) >= 0), "the labels belong to the samples"
    assert all(len(set(first[samples.labels == c])) == 1 for c in range(5))


def test_the_choice_is_the_same_every_time() -> None:
    assert np.array_equal(places_of_all_classes(1000, 50), places_of_all_classes(1000, 50))
    assert len(set(places_of_all_classes(1000, 50))) == 50


def test_few_samples_are_all_taken() -> None:
    assert np.array_equal(places_of_all_classes(7, 100), np.arange(7))
