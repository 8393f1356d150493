"""A recipe run on a Keras model: train, prune, fine-tune, …, cluster, fine-tune. For worker processes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from codegen.graph import Graph
from core.compress.checkpoint import Checkpoints, Saved
from core.compress.clustering import cluster_model
from core.compress.compressed import Compressed
from core.compress.costs import step_ends
from core.compress.criteria import CRITERIA, Needs
from core.compress.distillation import Teacher, teacher_of
from core.compress.evidence import gather
from core.compress.finetune import TrainingState, train
from core.compress.pruners import PRUNERS, Pruned
from core.compress.qat.places import places
from core.compress.reporter import Reporter
from core.compress.steps import (
    Phase,
    aware_epochs,
    epochs_after_baseline,
    options_of,
    plan_steps,
    schedule_start,
    total_epochs,
)
from core.compress.supported import check_supported
from core.compress.tfmot.engine import done_by_tfmot
from core.data import DataSet
from core.jobs.context import JobContext
from core.models.keras_copies import architecture_of, fresh_copy, model_of_architecture, plain_copy
from core.models.keras_graph import graph_of_model, network_of_model
from core.models.keras_model import check_learns_classes
from core.models.loading import graph_at_once
from core.recipe import Augment, Engine, Recipe


def check_recipe(recipe: Recipe, graph: Graph) -> None:
    """Raise ThimbleError for a recipe that this version, or this model, cannot satisfy."""
    check_supported(recipe)
    if recipe.prune is not None:
        PRUNERS[recipe.prune.kind].check(graph, recipe.prune)


def check_exceptions(recipe: Recipe, model: str, allow_unsafe: bool = False) -> None:
    """Check the layers that the recipe names against those of the model's file, before TensorFlow starts.

    Where the file does not tell its layers, `check_recipe` does so later. Raises ThimbleError
    ``unknown-layer``.
    """
    prune = recipe.prune
    if prune is None or not prune.layers:
        return
    graph = graph_at_once(model, allow_unsafe)
    if graph is not None:
        PRUNERS[prune.kind].check_layers(graph, prune)


def train_baseline(
    model: Any, data: DataSet, recipe: Recipe, context: JobContext, checkpoints: Checkpoints | None = None
) -> Compressed:
    """What the recipe's other steps begin with: `model` itself, or with [train] the same layers with fresh
    weights of the recipe's seed, trained from scratch.

    `context` takes the progress of the whole recipe, and a partial ``epoch`` after each epoch. Raises
    ThimbleError as `core.compress.finetune.train` does, and CancelledByUser at the end of a batch.
    """
    if recipe.train is None:
        return Compressed(model, ())
    check_learns_classes(model)
    run = _Run(graph_of_model(model), data, recipe, context, checkpoints)
    done = checkpoints.baseline() if checkpoints else None
    if done is not None:
        return Compressed(run.taken_up(done).model, tuple(run.history))
    saved = run.saved_in(Phase.TRAIN)
    current = run.taken_up(saved) if saved else Pruned(fresh_copy(model, recipe.seed), 0.0)
    run.train(0, current, saved)
    baseline = Compressed(plain_copy(current.model), tuple(run.history))
    if checkpoints is not None and baseline.history:  # no epochs, nothing to keep
        state = TrainingState(baseline.model.get_weights(), [])
        checkpoints.save_baseline(Saved(0, baseline.history, architecture_of(baseline.model), state))
    return baseline


def run_recipe(
    model: Any,
    data: DataSet,
    recipe: Recipe,
    context: JobContext,
    checkpoints: Checkpoints | None = None,
    history: tuple[dict[str, Any], ...] = (),
) -> Compressed:
    """Prune, cluster and fine-tune as the recipe says; `model` itself is left as it is.

    With [train], `model` and `history` are what `train_baseline` gave. `context` takes the progress of the
    whole recipe, and a partial ``epoch`` after each epoch. Raises ThimbleError as `check_recipe` and
    `check_learns_classes` do, and CancelledByUser at the end of a batch. Training with fake quantization
    comes later (`core.compress.qat.training`), but a layer that it cannot simulate is told here.
    """
    original = graph_of_model(model)
    check_recipe(recipe, original)
    if epochs_after_baseline(recipe) or _asks_for_gradients(recipe):
        check_learns_classes(model)
    if aware_epochs(recipe.quantize) and recipe.quantize.engine is Engine.OWN:
        places(network_of_model(model))
    run = _Run(original, data, recipe, context, checkpoints, list(history))
    saved = run.saved_in(Phase.FINETUNE, Phase.DISTILL, Phase.CLUSTER)
    run.teacher = teacher_of(model, data, recipe, context.check_cancelled)
    done = checkpoints.compressed() if checkpoints else None
    if done is not None:
        return Compressed(run.taken_up(done).model, tuple(run.history), run.teacher)
    current = run.taken_up(saved) if saved else Pruned(plain_copy(model), 0.0)
    for number, step in enumerate(run.steps):
        if step.phase is Phase.TRAIN or (saved and number < saved.step):
            continue
        context.check_cancelled()
        if step.engine is Engine.TFMOT:
            current = run.by_tfmot(number, current, saved)
        elif saved and number == saved.step:
            run.train(number, current, saved)
        else:
            current = run.changed(number, current)
            run.train(number, current)
    current.constraint.apply(current.model)
    compressed = Compressed(plain_copy(current.model), tuple(run.history), run.teacher)
    if aware_epochs(recipe.quantize):
        run.keep_compressed(compressed, current.sparsity)
    return compressed


def _asks_for_gradients(recipe: Recipe) -> bool:
    return recipe.prune is not None and CRITERIA[recipe.prune.criterion].needs is Needs.GRADIENTS


class _Run:
    """A recipe on its way: its steps, and what they share."""

    def __init__(
        self,
        original: Graph,
        data: DataSet,
        recipe: Recipe,
        context: JobContext,
        checkpoints: Checkpoints | None,
        history: list[dict[str, Any]] | None = None,
    ) -> None:
        self.steps = plan_steps(recipe)
        self.history = history or []
        self._original, self._data, self._recipe, self._context = original, data, recipe, context
        self._checkpoints = checkpoints
        self._ends = step_ends(recipe, original)
        if recipe.augment is not None and not data.has_images and not self.history:
            context.log("[augment] is left out: shifts and flips are of pictures, and these data are none")
        self._augmentation: Augment | None = recipe.augment if data.has_images else None
        self.teacher: Teacher | None = None

    def saved_in(self, *phases: Phase) -> Saved | None:
        """The checkpoint, when it is of one of these phases."""
        saved = self._checkpoints.last() if self._checkpoints else None
        if saved is None or saved.step >= len(self.steps):  # that is while trained with fake quantization
            return None
        return saved if self.steps[saved.step].phase in phases else None

    def keep_compressed(self, compressed: Compressed, sparsity: float) -> None:
        """What training with fake quantization begins with; without an epoch it is made anew as quickly."""
        if self._checkpoints is not None and compressed.history:
            state = TrainingState(compressed.model.get_weights(), [])
            architecture = architecture_of(compressed.model)
            saved = Saved(len(self.steps) - 1, compressed.history, architecture, state, sparsity)
            self._checkpoints.save_compressed(saved)

    def taken_up(self, saved: Saved) -> Pruned:
        """The model of a checkpoint. Its epochs are told again, for who draws them, and that it goes on."""
        for entry in saved.history[len(self.history) :]:
            self._context.partial("epoch", entry)
        self.history = list(saved.history)
        epoch, epochs = self.history[-1]["epoch"], total_epochs(self._recipe)
        low, high = self._ends[saved.step], self._ends[saved.step + 1]
        step = self.steps[saved.step]
        share = step.epochs_done(saved.history) / max(len(step.epochs), 1)
        self._context.resume_at(low + (high - low) * share)
        self._context.log(f"going on after epoch {epoch} of {epochs}, where an earlier run was interrupted")
        model = model_of_architecture(saved.architecture)
        model.set_weights(saved.state.weights)
        return Pruned(model, saved.sparsity, saved.constraint)

    def changed(self, number: int, current: Pruned) -> Pruned:
        """`current` pruned or clustered as the step wants it."""
        step, part = self.steps[number], self._part(number)
        seed = self._recipe.seed
        if step.prune is not None:
            part.progress(0.0, f"Pruning, step {number + 1} of {len(self.steps)}")
            evidence = gather(current.model, self._data, step.prune.criterion, seed, part.check_cancelled)
            pruner = PRUNERS[step.prune.kind]
            current = pruner.prune(current.model, self._original, step.prune, seed, evidence)
        if step.cluster is not None:
            part.progress(0.0, "Clustering the weights")
            model, constraint = cluster_model(current.model, step.cluster)
            current = Pruned(model, current.sparsity, constraint)
        return current

    def train(self, number: int, current: Pruned, saved: Saved | None = None) -> None:
        """The epochs of the step, from the beginning or from where it was `saved`."""
        step = self.steps[number]
        options = options_of(self._recipe, step)
        if options is None or not step.epochs:
            return
        done = step.epochs_done(saved.history) if saved else 0

        epochs, keep = total_epochs(self._recipe), partial(self._keep, number, current)
        reporter = Reporter(self._part(number), step, current, epochs, self.history, keep, done)
        train(
            current.model,
            self._data,
            options,
            step.epochs[done:],
            self._recipe.seed,
            self._augmentation,
            current.constraint,
            reporter.hooks(),
            teacher=self.teacher,
            schedule_from=schedule_start(self._recipe, step),
            state=saved.state if saved else None,
        )

    def by_tfmot(self, number: int, current: Pruned, saved: Saved | None) -> Pruned:
        """`current` after a step that the other engine does, which is kept when it is done."""
        if saved and number == saved.step:
            return current
        epochs, part = len(self.history), self._part(number)
        done = done_by_tfmot(current, self._data, self._recipe, number, self.teacher, self.history, part)
        if len(self.history) > epochs:
            self._keep(number, done, lambda: TrainingState(done.model.get_weights(), []))
        return done

    def _keep(self, number: int, current: Pruned, state: Callable[[], TrainingState]) -> None:
        """A checkpoint after an epoch of a step."""
        if self._checkpoints is not None:
            architecture, history = architecture_of(current.model), tuple(self.history)
            self._checkpoints.save(
                Saved(number, history, architecture, state(), current.sparsity, current.constraint)
            )

    def _part(self, number: int) -> JobContext:
        return self._context.section(self._ends[number], self._ends[number + 1])
