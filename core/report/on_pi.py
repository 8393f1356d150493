"""What has to be known of a measurement on a Raspberry Pi, in words."""

from __future__ import annotations

from collections.abc import Iterator

from core.report.content import Json
from core.report.units import counted, quantity

_TIMED = {
    "disk-to-class": "from the sample's file on the disk to its class",
    "inference": "the engine alone",
}


def sentences(bench: Json) -> Iterator[str]:
    """Nothing for other boards."""
    pi = bench.get("pi")
    if not pi:
        return
    facts = bench["facts"]
    tools = ", ".join(f"{name} {version}" for name, version in facts.get("tools", {}).items())
    yield (
        f"On {pi['title']} ({pi['where']}, {pi['system']}) with {bench['engine']},"
        f" threads: {facts.get('threads')}, CPU governor {facts.get('governor') or 'unknown'}; {tools}."
    )
    if bench.get("instead"):
        yield f"{bench['asked_engine']} was asked for: {bench['instead']}. {bench['engine']} was measured."
    yield (
        f"Timed: {_TIMED[bench['timed']]}. The first time includes loading the model"
        f" ({quantity(bench['load_s'], 's', 3)}); the first inference took"
        f" {quantity(bench['first_inference_s'], 's', 3)}. The engine alone took"
        f" {quantity(bench['inference']['mean_s'], 's', 3)}, from disk to class"
        f" {quantity(bench['disk_to_class']['mean_s'], 's', 3)} on average."
    )
    if bench.get("warmup"):
        yield f"After the first inference, {bench['warmup']} more warmed the Pi up and were not timed."
    yield from _partition(bench)
    if bench.get("throttled_by"):
        yield f"The Pi was slowed down meanwhile: {', '.join(bench['throttled_by'])}. Measure again, cooled."
    elif bench.get("throttled_by", []) is None:
        yield "Whether the Pi was slowed down meanwhile is not known."
    if bench["partial"]:
        yield "The run broke off: these are the inferences that were done until then."
    if bench["agreement"] == "classes":
        difference = f"{bench['largest_difference']:.3g}"
        yield f"The largest difference of an output is {difference}, in the outputs' own numbers."


def is_plain(bench: Json) -> bool:
    """XNNPACK took nothing of the network: what was measured are TFLite's built-in kernels."""
    partition = bench.get("partition")
    return bench["engine"] == "xnnpack" and partition is not None and not partition["parts"]


def _partition(bench: Json) -> Iterator[str]:
    partition = bench.get("partition")
    if is_plain(bench):
        yield "XNNPACK took none of the operators: TFLite's built-in kernels computed them all."
    if not partition or not partition["parts"]:
        return
    refused = ", ".join(f"{count} × {name}" for name, count in partition["refused"].items())
    yield (
        f"{bench['engine']} took {partition['delegated']} of {partition['operators']} operators in"
        f" {counted(partition['parts'], 'part')}" + (f"; not {refused}." if refused else ".")
    )
