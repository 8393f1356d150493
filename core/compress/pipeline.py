"""A recipe run on a Keras model: prune, fine-tune, …, cluster, fine-tune. For worker processes."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

from codegen.graph import Graph, macs
from core.compress import structured
from core.compress.clustering import cluster_model
from core.compress.criteria import ranked_without_data
from core.compress.evidence import gather
from core.compress.finetune import EpochResult, Hooks, train
from core.compress.pruners import PRUNERS, Pruned
from core.compress.steps import Step, plan_steps, total_epochs
from core.compress.supported import check_supported
from core.data import DataSet
from core.jobs.context import JobContext
from core.models.keras_graph import graph_of_model
from core.recipe import PruneKind, Recipe

#: What an epoch costs besides its multiply-accumulates, in multiply-accumulates of one sample.
_OVERHEAD_MACS = 1_500_000
_PROGRESS_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Compressed:
    """The stripped float model and one entry for each epoch (the data of the partial ``epoch``)."""

    model: Any
    history: tuple[dict[str, Any], ...]


def check_recipe(recipe: Recipe, graph: Graph) -> None:
    """Raise ThimbleError for a recipe that this version, or this model, cannot satisfy."""
    check_supported(recipe)
    if recipe.prune is not None:
        PRUNERS[recipe.prune.kind].check(graph, recipe.prune)


def run_recipe(model: Any, data: DataSet, recipe: Recipe, context: JobContext) -> Compressed:
    """Prune, cluster and fine-tune as the recipe says; `model` itself is left as it is.

    Emits a partial ``epoch`` after each epoch. Raises ThimbleError as `check_recipe` does, and
    CancelledByUser at the end of a batch.
    """
    original = graph_of_model(model)
    check_recipe(recipe, original)
    steps = plan_steps(recipe)
    if recipe.augment is not None and not data.has_images:
        context.log("[augment] is left out: shifts and flips are of pictures, and these data are none")
    ends = _progress_ends(steps, original)
    history: list[dict[str, Any]] = []
    current = Pruned(_copy(model), 0.0)
    for number, step in enumerate(steps):
        context.check_cancelled()
        part = context.section(ends[number], ends[number + 1])
        if step.prune is not None:
            part.progress(0.0, f"Pruning, step {number + 1} of {len(steps)}")
            evidence = gather(current.model, data, step.prune.criterion, recipe.seed, part.check_cancelled)
            pruner = PRUNERS[step.prune.kind]
            current = pruner.prune(current.model, original, step.prune, recipe.seed, evidence)
        if step.cluster is not None:
            part.progress(0.0, "Clustering the weights")
            model, constraint = cluster_model(current.model, step.cluster)
            current = Pruned(model, current.sparsity, constraint)
        if recipe.finetune is not None and step.epochs:
            reporter = _Reporter(part, current, total_epochs(recipe), history)
            train(
                current.model,
                data,
                recipe.finetune,
                step.epochs,
                recipe.seed,
                recipe.augment if data.has_images else None,  # shifts and flips are of pictures
                current.constraint,
                reporter.hooks(step.epochs),
            )
    current.constraint.apply(current.model)
    return Compressed(_copy(current.model), tuple(history))


def _copy(model: Any) -> Any:
    """The same layers and weights without optimizer and metrics."""
    copied = type(model).from_config(model.get_config())
    copied.set_weights(model.get_weights())
    return copied


def _progress_ends(steps: tuple[Step, ...], original: Graph) -> list[float]:
    """Where each step begins and ends in the whole, judged by its epochs and its multiply-accumulates.

    The shapes after a step are guessed from the untouched weights: good enough for a progress bar.
    """
    costs = []
    for step in steps:
        graph = original
        if step.prune is not None and step.prune.kind is PruneKind.STRUCTURED:
            guess = structured.choose(original, ranked_without_data(step.prune))
            graph = structured.prune_graph(original, guess)
        work = sum(macs(graph, op) for op in graph.ops)
        costs.append(max(len(step.epochs), 0.1) * (work + _OVERHEAD_MACS))
    total = sum(costs) or 1.0
    return [sum(costs[:number]) / total for number in range(len(costs) + 1)]


@dataclass(slots=True)
class _Reporter:
    """Tells the context what a step's fine-tuning is doing."""

    context: JobContext
    pruned: Pruned
    epochs: int
    history: list[dict[str, Any]]
    last_s: float = 0.0

    def hooks(self, epochs: range) -> Hooks:
        def after_batch(done: int, total: int) -> None:
            self.context.check_cancelled()
            now_s = time.monotonic()
            if done == total or now_s - self.last_s >= _PROGRESS_EVERY_S:
                self.last_s = now_s
                epoch = epochs[min((done - 1) * len(epochs) // total, len(epochs) - 1)]
                self.context.progress(done / total, f"Fine-tuning, epoch {epoch + 1} of {self.epochs}")

        return Hooks(after_batch, self._after_epoch)

    def _after_epoch(self, result: EpochResult) -> None:
        entry = {
            **asdict(result),
            "epochs": self.epochs,
            "sparsity": self.pruned.sparsity,
            "parameters": int(self.pruned.model.count_params()),
        }
        self.history.append(entry)
        self.context.partial("epoch", entry)
