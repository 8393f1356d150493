"""A verdict says by which rule, and against what."""

from __future__ import annotations

import pytest

from core.boards.agreement import Rule
from core.report.verdict import method, rule_of, verdict


@pytest.mark.parametrize("verified", [True, False])
def test_every_rule_has_words_of_its_own(verified):
    said = {verdict({"agreement": rule.value}, verified) for rule in Rule}
    assert len(said) == len(Rule)
    assert all(words.startswith("Verified: " if verified else "NOT verified: ") for words in said)
    assert len({method({"agreement": rule.value}) for rule in Rule}) == len(Rule)


def test_the_reference_is_named():
    bench = {"agreement": "classes", "reference": "onnxruntime"}
    assert "ONNX Runtime" in verdict(bench, True)
    assert "TFLite" in verdict({"agreement": "bytes", "reference": "tflite"}, False)


def test_records_of_earlier_versions_have_a_rule():
    assert rule_of({"reference": "onnxruntime"}) is Rule.CLASSES
    assert rule_of({}) is Rule.BYTES
