"""What a person should know of a run, in sentences: warnings, and where something became smaller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.compress.footprint import FileSize, Footprint
from core.evaluate import Evaluation
from core.recipe import Cluster, Engine, PruneKind, QuantizeKind, Recipe, Scope

#: So many values are told apart by a code of four bits; eight bits are what int8 takes anyway.
MOST_CLUSTERS_THAT_SAVE = 16


#: The codes of what makes a model doubtful before anything is done to it.
DOUBTS = ("near-chance", "spare-outputs")
#: Begins the sentences about the model that a run begins with.
ORIGINAL = "Before compression the model"


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is for programs, `text` a sentence for people."""

    code: str
    text: str


_UNTESTED = Finding(
    "untested",
    "Nothing was tested, since no data were given: how often the compressed model is right is not known.",
)


def warnings(recipe: Recipe, before: Evaluation | None, after: Evaluation | None) -> tuple[Finding, ...]:
    """What may make the whole run worthless, or a step of it useless. Evaluations are None without data."""
    if before is None or after is None:
        return (_UNTESTED, *too_many_clusters(recipe.cluster))
    return (
        *doubts(before, ORIGINAL),
        *_broken(before, after),
        *too_many_clusters(recipe.cluster),
    )


def doubts(tested: Evaluation, subject: str = "The model") -> tuple[Finding, ...]:
    """Why a model may not belong to the data that it was tested on. `subject` begins the sentence."""
    return (*_near_chance(tested, subject), *_spare_outputs(tested))


def _near_chance(tested: Evaluation, subject: str) -> Iterator[Finding]:
    if tested.near_chance:
        yield Finding(
            "near-chance",
            f"{subject} is right on {100 * tested.accuracy:.1f} % of the test data;"
            f" guessing gives {100 * tested.chance:.1f} %: it may not be trained, or the data or their"
            " scaling may not be its own.",
        )


def _broken(before: Evaluation, after: Evaluation) -> Iterator[Finding]:
    if after.near_chance and not before.near_chance:
        yield Finding(
            "broken",
            f"After compression the model is right on {100 * after.accuracy:.1f} % of the test data, hardly"
            " more than by guessing: prune less or in more steps, train longer or at a lower learning_rate.",
        )


def _spare_outputs(tested: Evaluation) -> Iterator[Finding]:
    """Fewer outputs than classes are refused; more may be meant, and more often are other data."""
    if tested.spare_outputs:
        classes = len(tested.per_class) - 1
        yield Finding(
            "spare-outputs",
            f"The model has {classes + tested.spare_outputs} outputs, the data have {classes} classes: if the"
            " model was made for other data, its classes are not these.",
        )


def too_many_clusters(cluster: Cluster | None) -> Iterator[Finding]:
    """For clusters that the codebooks of the generated C cannot tell apart."""
    if cluster is not None and cluster.clusters > MOST_CLUSTERS_THAT_SAVE:
        yield Finding(
            "clusters-save-no-flash",
            f"{cluster.clusters} clusters save no flash: the codes of 4 bits in the generated C tell only"
            f" {MOST_CLUSTERS_THAT_SAVE} values apart, so a weight takes as much room as without clusters.",
        )


def notes(recipe: Recipe, before: Footprint | None, after: Footprint) -> tuple[Finding, ...]:
    """What another engine did, and where the model became smaller and where it did not, as far as the numbers
    alone could mislead."""
    of_recipe = (*_done_by_tfmot(recipe), *_clusters_in_integers(recipe))
    if before is None:
        return of_recipe
    element_wise = recipe.prune is not None and recipe.prune.kind is PruneKind.ELEMENT
    return (
        *of_recipe,
        *_floats_on_boards(recipe.quantize.kind),
        *(_element_wise(before, after) if element_wise else ()),
        *_copies_of_weights(after),
        *_without_code(before, after),
    )


def _done_by_tfmot(recipe: Recipe) -> Iterator[Finding]:
    sections = (
        ("pruning", recipe.prune),
        ("clustering", recipe.cluster),
        ("training for quantization", recipe.quantize),
    )
    steps = [words for words, section in sections if section and section.engine is Engine.TFMOT]
    if steps:
        yield Finding("tfmot", f"Done by TensorFlow Model Optimization (tfmot): {', '.join(steps)}.")


def _clusters_in_integers(recipe: Recipe) -> Iterator[Finding]:
    """The recipe counts values of the float model, the tables those of the deployed one."""
    if recipe.cluster is not None and recipe.quantize.kind in (QuantizeKind.INT8, QuantizeKind.UINT8):
        where = "each layer" if recipe.cluster.scope is Scope.LAYER else "all layers together"
        yield Finding(
            "clusters-in-integers",
            "Different weights are counted in the deployed file: the"
            f" {recipe.cluster.clusters} values of {where} are rounded there to integers,"
            " with a scale for each output channel, so their number may differ.",
        )


def _floats_on_boards(kind: QuantizeKind) -> Iterator[Finding]:
    """These formats shrink the file alone: the compiler makes floats of such weights when it reads them."""
    if kind in (QuantizeKind.FLOAT16, QuantizeKind.DYNAMIC):
        yield Finding(
            "floats-on-boards",
            f"{kind.value} makes model.tflite smaller, but not the program of a microcontroller: the"
            " generated C stores and computes floats. Use int8 or uint8 for less flash and time there.",
        )


def _element_wise(before: Footprint, after: Footprint) -> Iterator[Finding]:
    """Zeros are stored like other numbers, but for gzip and for the sparse formats of the generated C."""
    smaller = [_gzip("model.keras", before.keras, after.keras)]
    if before.tflite is not None and after.tflite is not None:
        smaller.append(_gzip("model.tflite", before.tflite, after.tflite))
    smaller += [
        f"the flash of the generated C on {new.title} ({old.flash_bytes:,} → {new.flash_bytes:,} bytes)"
        for old, new in zip(before.boards, after.boards, strict=True)
        if old.flash_bytes is not None and new.flash_bytes is not None and new.flash_bytes < old.flash_bytes
    ]
    yield Finding(
        "element-wise",
        "Element-wise pruning puts zeros into kernels of the same shape, so it makes neither model.keras nor "
        f"model.tflite smaller, nor the working memory. What it changes: {'; '.join(smaller)}.",
    )


def _gzip(name: str, before: FileSize, after: FileSize) -> str:
    return f"{name} with gzip ({before.gzip_bytes:,} → {after.gzip_bytes:,} bytes)"


def _copies_of_weights(after: Footprint) -> Iterator[Finding]:
    for board in after.boards:
        if board.weights_in_sram_bytes:
            yield Finding(
                "weights-in-sram",
                f"{board.title}: {board.weights_in_sram_bytes:,} bytes of the SRAM are copies of the weights,"
                " which fit there: faster, and given up where space is short.",
            )


def _without_code(before: Footprint, after: Footprint) -> Iterator[Finding]:
    for old, new in zip(before.boards, after.boards, strict=True):
        reason = new.reason or old.reason
        if reason:
            when = "the compressed" if new.reason else "the original"
            yield Finding("no-code", f"{new.title}: {when} model was not planned ({reason}).")
