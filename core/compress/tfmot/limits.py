"""What TensorFlow Model Optimization cannot do of what a recipe may ask for. No TensorFlow needed."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

from core.compress.steps import plan_steps
from core.errors import ThimbleError
from core.recipe import (
    Cluster,
    Criterion,
    Engine,
    Prune,
    PruneKind,
    Quantize,
    QuantizeKind,
    QuantizeMode,
    Recipe,
    Schedule,
    Scope,
)

_PACKAGE = "tensorflow_model_optimization"
_OWN = 'engine = "own"'


def wants_tfmot(recipe: Recipe) -> bool:
    """Whether any section asks for this engine."""
    sections = (recipe.prune, recipe.cluster, recipe.quantize)
    return any(section is not None and section.engine is Engine.TFMOT for section in sections)


def tfmot_comes_late(recipe: Recipe) -> bool:
    """Whether something is trained before this engine has its first look at the model."""
    steps = plan_steps(recipe)
    return wants_tfmot(recipe) and bool(steps) and steps[0].engine is not Engine.TFMOT


def check_tfmot(recipe: Recipe) -> None:
    """Raise ThimbleError ``not-with-tfmot`` for the first thing that a section asks of this engine in vain,
    or ``tfmot-missing`` where it is not installed."""
    if not wants_tfmot(recipe):
        return
    for what, hint in _refusals(recipe):
        raise ThimbleError("not-with-tfmot", f'the recipe {recipe.name!r}: engine = "tfmot" {what}', hint)
    if importlib.util.find_spec(_PACKAGE) is None:
        raise ThimbleError(
            "tfmot-missing",
            "the recipe asks for the engine tfmot, and tensorflow-model-optimization is not installed",
            f"install it with python3 run.py setup, or use {_OWN}",
        )


def _refusals(recipe: Recipe) -> Iterator[tuple[str, str]]:
    prune, cluster, quantize = recipe.prune, recipe.cluster, recipe.quantize
    if prune is not None and prune.engine is Engine.TFMOT:
        yield from _of_pruning(prune)
        stops = recipe.finetune is not None and recipe.finetune.early_stopping
        if stops and prune.schedule is not Schedule.ONE_SHOT:
            yield (
                "of [prune] prunes while it trains: early_stopping could take weights of before the end",
                'leave out early_stopping in [finetune], or use schedule = "one-shot"',
            )
    if cluster is not None and cluster.engine is Engine.TFMOT:
        yield from _of_clustering(cluster, prune)
    if quantize.engine is Engine.TFMOT:
        yield from _of_quantizing(quantize)


def _of_pruning(prune: Prune) -> Iterator[tuple[str, str]]:
    if prune.kind is not PruneKind.ELEMENT:
        yield (
            "of [prune] sets single weights to zero, it removes no filters",
            f'use kind = "element", or {_OWN}',
        )
    if prune.criterion is not Criterion.MAGNITUDE:
        yield (
            f"of [prune] ranks weights by their size, not by {prune.criterion.value}",
            f'use criterion = "magnitude", or {_OWN}',
        )
    if prune.threshold is not None:
        yield "of [prune] prunes to a fraction, not to a threshold", f"give a sparsity, or use {_OWN}"


def _of_clustering(cluster: Cluster, prune: Prune | None) -> Iterator[tuple[str, str]]:
    if cluster.scope is not Scope.LAYER:
        yield "of [cluster] finds values for each layer alone", f'use scope = "layer", or {_OWN}'
    if cluster.clusters < 3 and prune is not None and prune.kind is PruneKind.ELEMENT:
        yield "of [cluster] needs 3 clusters or more to keep zeros", "use clusters = 3 or more"


def _of_quantizing(quantize: Quantize) -> Iterator[tuple[str, str]]:
    if quantize.mode is not QuantizeMode.QAT:
        yield "of [quantize] is an engine of training", f'use mode = "qat", or {_OWN}'
    if quantize.kind is not QuantizeKind.INT8:
        yield f"of [quantize] trains for int8, not for {quantize.kind.value}", f'use kind = "int8", or {_OWN}'
