"""What an engine on the Pi computes is verified only where the reference leaves something to get wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.frontends import load_graph
from codegen.graph import Graph
from core.boards.agreement import Rule, same_bytes
from core.pi.verification import Verification, verify
from tests.unit.cli.models import write_int8_tflite


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return load_graph(write_int8_tflite(Path(tmp_path_factory.mktemp("model")) / "tiny.tflite"))


def _verified(graph: Graph, outputs: Any, reference: Any) -> Verification:
    return verify(graph, np.array([outputs], np.int8), np.array([reference], np.int8), same_bytes)


def test_the_same_bytes(graph: Graph) -> None:
    assert _verified(graph, [5, 4, 3], [5, 4, 3]) == Verification(True, Rule.BYTES, 0.0)


def test_answers_that_hardly_differ_verify_nothing_but_themselves(graph: Graph) -> None:
    checked = _verified(graph, [100, -100, 7], [5, 4, 3])
    assert (checked.verified, checked.rule) == (False, Rule.NOTHING)


def test_the_first_class_is_not_enough(graph: Graph) -> None:
    reference = [100, -110, -118]
    near, far = _verified(graph, [99, -109, -118], reference), _verified(graph, [100, 60, -118], reference)
    assert (near.verified, near.rule) == (True, Rule.CLASSES)
    assert (far.verified, far.largest_difference) == (False, 170.0)
