"""What is said of an engine that rounds otherwise than the reference."""

from __future__ import annotations

import numpy as np

from codegen.graph import DType, Graph, Quantization, Softmax, Tensor
from core.boards.agreement import Rule, same_bytes
from core.pi.verification import verify

BEFORE, AFTER = Quantization((0.1,), (0,)), Quantization((1 / 256,), (-128,))
TENSORS = {"x": Tensor("x", (1, 3), DType.INT8, BEFORE), "y": Tensor("y", (1, 3), DType.INT8, AFTER)}
GRAPH = Graph("n", TENSORS, (Softmax("s", ("x",), ("y",)),), ("x",), ("y",))


def rule_of(outputs: list[int], reference: list[int]) -> tuple[bool, Rule]:
    found = verify(GRAPH, np.array([outputs], np.int8), np.array([reference], np.int8), same_bytes)
    return found.verified, found.rule


def test_the_strictest_rule_that_is_kept_is_told() -> None:
    assert rule_of([100, -90, -128], [100, -90, -128]) == (True, Rule.BYTES)
    assert rule_of([80, -80, -120], [100, -90, -128]) == (True, Rule.CLASSES)
    assert rule_of([-90, 100, -128], [100, -90, -128]) == (False, Rule.CLASSES)


def test_without_a_clear_answer_only_the_same_bytes_tell() -> None:
    assert rule_of([-42, -43, -43], [-42, -43, -43]) == (True, Rule.BYTES)
    assert rule_of([-43, -42, -43], [-42, -43, -43]) == (False, Rule.NOTHING)
