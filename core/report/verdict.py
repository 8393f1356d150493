"""Whether a board computes what it should, in words: by which rule, and against what."""

from __future__ import annotations

from core.boards.agreement import Rule
from core.report.content import Json

#: What holds where the outputs are verified, and what where they are not.
_WORDS = {
    Rule.BYTES: (
        "every output byte equals that of {reference}",
        "an output byte differs from that of {reference}",
    ),
    Rule.TOLERANCE: (
        "every output is that of {reference} within the tolerance of floats",
        "an output differs from that of {reference} by more than the tolerance of floats",
    ),
    Rule.CLASSES: (
        "every clear answer is that of {reference}; integers and floats round differently in single steps",
        "a clear answer differs from that of {reference}, or a number by more than integers explain",
    ),
    Rule.NOTHING: (
        "no answer of {reference} is clear enough to be compared",
        "nothing could be compared, because no answer of {reference} is clear",
    ),
}
_REFERENCES = {"tflite": "the TFLite reference kernels", "onnxruntime": "ONNX Runtime"}


_METHODS = {
    Rule.BYTES: "compares every output byte with that of {reference}",
    Rule.TOLERANCE: "compares every output with that of {reference}, within 1e-5 of the largest",
    Rule.CLASSES: (
        "compares the answers with those of {reference}, wherever the first class leads by more than the "
        "integers inside can tell, and every number roughly"
    ),
    Rule.NOTHING: "found no answer of {reference} that is clear enough to be compared",
}


def method(bench: Json) -> str:
    """How the outputs were compared: a sentence."""
    words = _METHODS[rule_of(bench)].format(reference=_REFERENCES[bench.get("reference", "tflite")])
    return f"Verification {words}."


def rule_of(bench: Json) -> Rule:
    """By which rule a measurement was verified; records of earlier versions do not tell."""
    if "agreement" in bench:
        return Rule(bench["agreement"])
    return Rule.CLASSES if bench.get("reference") == "onnxruntime" else Rule.BYTES


def compared(bench: Json) -> bool:
    """Whether the outputs could be compared at all."""
    return rule_of(bench) is not Rule.NOTHING


def statement(bench: Json, verified: bool) -> str:
    """What was found, without an end: to follow a colon."""
    right, wrong = _WORDS[rule_of(bench)]
    words = right if verified else wrong
    return words.format(reference=_REFERENCES[bench.get("reference", "tflite")])


def verdict(bench: Json, verified: bool) -> str:
    """A sentence."""
    return f"{'Verified' if verified else 'NOT verified'}: {statement(bench, verified)}."
