"""A recipe in sentences, for people who have not read its file."""

from __future__ import annotations

from core.compress.idle import is_augmented, is_taught
from core.recipe import (
    Cluster,
    Criterion,
    Distill,
    Engine,
    Prune,
    PruneKind,
    Quantize,
    QuantizeKind,
    QuantizeMode,
    Recipe,
    Schedule,
    Scope,
    SparsityOf,
    Training,
)
from core.report.units import counted

_CRITERIA = {
    Criterion.MAGNITUDE: "the size of the weights",
    Criterion.L1: "the sum of their absolute weights (L1)",
    Criterion.L2: "the root of their squared weights (L2)",
    Criterion.GRADIENT: "weight times gradient",
    Criterion.ACTIVATION: "how often their outputs are zero",
    Criterion.RANDOM: "chance (for comparison)",
}
_SCHEDULES = {
    Schedule.ONE_SHOT: "in one step",
    Schedule.ITERATIVE: "in {equal}",
    Schedule.AGP: "in {steps}, large ones first (automated gradual pruning)",
}
#: Behind a sentence of what another engine does; what Thimble does itself needs no word.
_ENGINES = {Engine.OWN: "", Engine.TFMOT: " (done by TensorFlow Model Optimization)"}
_QUANTIZED = {
    QuantizeKind.NONE: "The numbers stay 32-bit floating point.",
    QuantizeKind.FLOAT16: "Weights are stored as 16-bit floating point.",
    QuantizeKind.DYNAMIC: "Weights are stored as 8-bit integers; activations stay floating point.",
    QuantizeKind.INT8: "Weights and activations become 8-bit integers (int8)",
    QuantizeKind.UINT8: "Weights and activations become unsigned 8-bit integers (uint8)",
}


def sentences(recipe: Recipe) -> list[str]:
    """What the recipe does, one sentence a step, in order."""
    steps: list[str] = []
    if recipe.train is not None:
        steps.append(f"Train from scratch: {_training(recipe.train)}.")
    if recipe.prune is not None:
        steps += _prune(recipe.prune)
    if recipe.distill is not None and is_taught(recipe):
        steps.append(_distill(recipe.distill))
    if recipe.finetune is not None:
        steps.append(f"Fine-tune: {_training(recipe.finetune)}.")
    if recipe.augment is not None and is_augmented(recipe) and (recipe.augment.shift or recipe.augment.flip):
        kinds = [f"shifted by up to {100 * recipe.augment.shift:g} %"] if recipe.augment.shift else []
        kinds += ["flipped"] if recipe.augment.flip else []
        steps.append(f"Training pictures are randomly {' and '.join(kinds)}.")
    if recipe.cluster is not None:
        steps.append(_cluster(recipe.cluster))
    steps.append(_quantize(recipe.quantize))
    steps.append(f"Random numbers start from the seed {recipe.seed}.")
    return steps


def _prune(prune: Prune) -> list[str]:
    structured = prune.kind is PruneKind.STRUCTURED
    what = "Remove whole filters and neurons for good" if structured else "Set single weights to zero"
    parts = "filters and neurons" if prune.of is SparsityOf.STRUCTURES and structured else "parameters"
    gone = "gone" if structured else "zero"
    if prune.threshold is not None:
        how_far = f"that score below {prune.threshold:g}"
    else:
        how_far = f"until {100 * prune.sparsity:g} % of the {parts} are {gone}"
    where = (
        "ranked over all layers together" if prune.scope is Scope.GLOBAL else "the same share of each layer"
    )
    counts = {"steps": counted(prune.steps, "step"), "equal": counted(prune.steps, "equal step")}
    schedule = _SCHEDULES[prune.schedule].format_map(counts)
    by = f"by {_CRITERIA[prune.criterion]}"
    steps = [f"{what}, {how_far}, {by}, {where}, {schedule}{_ENGINES[prune.engine]}."]
    if prune.layers:
        exceptions = ", ".join(f"{name} {100 * share:g} %" for name, share in prune.layers.items())
        steps.append(f"Exceptions: {exceptions}.")
    return steps


def _training(training: Training) -> str:
    words = (
        f"{counted(training.epochs, 'epoch')} with {training.optimizer.value}, learning rate "
        f"{training.learning_rate:g}, batches of {training.batch_size}"
    )
    if training.early_stopping:
        words += f", ended by {training.early_stopping} without progress"
    return words


def _distill(distill: Distill) -> str:
    return (
        f"The original model teaches: its answers count {100 * distill.alpha:g} %, "
        f"softened by a temperature of {distill.temperature:g}."
    )


def _cluster(cluster: Cluster) -> str:
    where = "in each layer" if cluster.scope is Scope.LAYER else "in the whole model"
    return f"Keep {cluster.clusters} different weights {where}{_ENGINES[cluster.engine]}."


def _quantize(quantize: Quantize) -> str:
    words = _QUANTIZED[quantize.kind]
    if quantize.kind not in (QuantizeKind.INT8, QuantizeKind.UINT8):
        return words
    if quantize.mode is QuantizeMode.QAT:
        return f"{words}, and the model is trained with that in mind{_ENGINES[quantize.engine]}."
    samples = counted(quantize.calibration, "training sample sets", "training samples set")
    ranges = f"{words} after training; {samples} the ranges"
    if quantize.finetune_epochs:
        more = counted(quantize.finetune_epochs, "more epoch makes", "more epochs make")
        return f"{ranges}, and {more} the weights fit them."
    return f"{ranges}."
