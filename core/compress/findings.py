"""What a person should know of a run, in sentences: warnings, and where something became smaller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.compress.footprint import FileSize, Footprint, OnBoard
from core.evaluate import Evaluation
from core.recipe import PruneKind, QuantizeKind, Recipe

#: A code of four bits tells so many values apart; more need eight, as int8 itself.
MOST_CLUSTERS_THAT_SAVE = 16
_EIGHT_BITS = (QuantizeKind.INT8, QuantizeKind.UINT8)


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is for programs, `text` a sentence for people."""

    code: str
    text: str


def warnings(recipe: Recipe, before: Evaluation) -> tuple[Finding, ...]:
    """What may make the whole run worthless, or a step of it useless."""
    return (*_near_chance(before), *_too_many_clusters(recipe))


def _near_chance(before: Evaluation) -> Iterator[Finding]:
    if before.near_chance:
        yield Finding(
            "near-chance",
            f"Before compression the model is right on {100 * before.accuracy:.1f} % of the test data, hardly"
            f" more than guessing ({100 * before.chance:.1f} %): it may not be trained, or the data or their"
            " scaling may not be its own.",
        )


def _too_many_clusters(recipe: Recipe) -> Iterator[Finding]:
    cluster = recipe.cluster
    if cluster is not None and cluster.clusters > MOST_CLUSTERS_THAT_SAVE:
        with_what = "8-bit integers" if recipe.quantize.kind in _EIGHT_BITS else "codes of 8 bits"
        yield Finding(
            "clusters-save-no-flash",
            f"{cluster.clusters} clusters save no flash against {with_what}: codes of 4 bits tell only "
            f"{MOST_CLUSTERS_THAT_SAVE} values apart.",
        )


def notes(recipe: Recipe, before: Footprint | None, after: Footprint) -> tuple[Finding, ...]:
    """Where the model became smaller, and where it did not."""
    if before is None:
        return ()
    found = [Finding("files", _files(before, after))]
    if recipe.prune is not None and recipe.prune.kind is PruneKind.ELEMENT:
        found.append(Finding("element-wise", _ELEMENT_WISE))
    for one, other in zip(before.boards, after.boards, strict=True):
        found += _board(one, other)
    return tuple(found)


_ELEMENT_WISE = (
    "Element-wise pruning puts zeros into kernels of the same shape: the .keras and .tflite files of the "
    "pruned network have as many weights as before. What shrinks are their gzip and the generated C, where "
    "it stores sparse weights."
)


def _files(before: Footprint, after: Footprint) -> str:
    parts = [_changed("model.keras", before.keras, after.keras)]
    if before.tflite is not None and after.tflite is not None:
        parts.append(_changed("model.tflite (both converted in the same way)", before.tflite, after.tflite))
    return f"Bytes: {'; '.join(parts)}."


def _changed(name: str, before: FileSize, after: FileSize) -> str:
    return (
        f"{name} {before.size_bytes:,} → {after.size_bytes:,}, "
        f"with gzip {before.gzip_bytes:,} → {after.gzip_bytes:,}"
    )


def _board(before: OnBoard, after: OnBoard) -> Iterator[Finding]:
    if before.flash_bytes is None or after.flash_bytes is None:
        reason = before.reason or after.reason
        yield Finding("no-code", f"{after.title}: not compared ({reason}).")
        return
    yield Finding(
        "board",
        f"{after.title}: flash {before.flash_bytes:,} → {after.flash_bytes:,} bytes, SRAM "
        f"{before.sram_bytes:,} → {after.sram_bytes:,} bytes, predicted, both quantized in the same way.",
    )
