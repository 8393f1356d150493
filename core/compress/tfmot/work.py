"""What the engine's own worker does: the model in tf_keras wrapped, trained, and its weights taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.compress.constraints import Holding, Unconstrained
from core.compress.distillation import teacher_of
from core.compress.elementwise import prunable_weights
from core.compress.finetune import train
from core.compress.held_out import parts_of
from core.compress.reporter import Reporter
from core.compress.steps import Phase, Step, options_of, schedule_start, total_epochs
from core.compress.tfmot import clustering, pruning, quantization
from core.compress.tfmot.exchange import Answer, Question
from core.compress.tfmot.rebuild import check_equal, rebuilt, weight_names, weights_of
from core.data import DataSet
from core.data.subset import calibration_images
from core.jobs.context import JobContext
from core.models.keras_graph import graph_of_model
from core.models.keras_model import sample_shape
from core.models.numbered import stand_in_names
from core.recipe import Cluster, Engine, Prune, PruneKind, Recipe

#: How much of a step reading the data again is, and measuring ranges.
_READ, _MEASURED = 0.05, 0.1


def check(model: Any, recipe: Recipe) -> None:
    """Raise ThimbleError ``not-in-tf-keras`` or ``cannot-train-quantized`` for a Keras 3 model on which the
    recipe's steps cannot be done."""
    check_equal(model, rebuilt(model))
    if recipe.quantize.engine is Engine.TFMOT:
        quantization.quantized(rebuilt(model))


def answer(question: Question, model: Any, teacher: Any | None, context: JobContext) -> Answer:
    """Do the step on the Keras 3 model, whose weights change. Raises as `check` and the training do."""
    step = question.planned
    assert step is not None  # noqa: S101 - the caller has looked
    data = question.data(sample_shape(model), context.section(0.0, _READ).watch("Reading the data"))
    check(model, question.recipe)
    twin = rebuilt(model)
    names = weight_names(twin)
    work = _Work(question, step, model, names, teacher, data, context.section(_READ, 1.0))
    if step.phase is Phase.QUANTIZE:
        return work.quantized(twin)
    if step.cluster is not None:
        return work.clustered(twin, step.cluster)
    assert step.prune is not None  # noqa: S101 - no other step is this engine's
    return work.pruned(twin, step.prune)


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """What is told of the model with each epoch."""

    model: Any
    share: Callable[[], float]

    @property
    def sparsity(self) -> float:
        return self.share()


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """One step, and what it is done with; `model` and `teacher` are of Keras 3, `names` of its twin."""

    question: Question
    step: Step
    model: Any
    names: Mapping[str, Sequence[str]]
    teacher: Any | None
    data: DataSet
    context: JobContext

    @property
    def recipe(self) -> Recipe:
        return self.question.recipe

    def pruned(self, twin: Any, prune: Prune) -> Answer:
        """Single weights at zero."""
        for name in pruning.spared_by_tfmot(self.model):
            self.context.log(f"the engine tfmot does not prune {name!r}: its weights stay")
        shares = pruning.shares_of(self.model, prune)
        wrapped = pruning.wrapped_for_pruning(twin, shares, prune, self._batches())
        whole = prunable_weights(graph_of_model(self.model), pruning.for_tfmot(self.model, prune))
        self._train(wrapped.model, lambda: wrapped.zeros / max(whole, 1), wrapped, self.context)
        return self._taken(wrapped.finish().get_layer)

    def clustered(self, twin: Any, options: Cluster) -> Answer:
        """Weights that share values."""
        prune = self.recipe.prune
        keeps_zeros = prune is not None and prune.kind is PruneKind.ELEMENT
        wrapped = clustering.wrapped_for_clustering(twin, options, keeps_zeros)
        self._train(wrapped, lambda: self.question.sparsity, Unconstrained(), self.context)
        return self._taken(clustering.stripped(wrapped).get_layer)

    def quantized(self, twin: Any) -> Answer:
        """Trained with fake quantization, and converted."""
        recipe, context = self.recipe, self.context
        images = calibration_images(self.data, recipe.quantize.calibration, recipe.seed)
        watch = context.section(0.0, _MEASURED).watch("Measuring ranges")
        ranges = quantization.reached(rebuilt(self.model), images, watch)
        wrapped = quantization.quantized(twin, quantization.Preserves.of(recipe))
        quantization.set_ranges(wrapped, ranges)
        training = context.section(_MEASURED, 1.0)
        self._train(wrapped, lambda: self.question.sparsity, Unconstrained(), training)
        quantization.finish(wrapped)
        weights = self._taken(wrapped.get_layer).weights
        names = stand_in_names(self.model)
        fixed = quantization.quantized(rebuilt(self.model, 1, lambda name: names.get(name, name)))
        return Answer(weights, quantization.to_int8(wrapped, fixed, list(names)))

    def _train(self, model: Any, share: Callable[[], float], holding: Holding, context: JobContext) -> None:
        """The epochs of the step, where it has some."""
        recipe, step, data = self.recipe, self.step, self.data
        options = options_of(recipe, step)
        if options is None or not step.epochs:
            return
        told = _Told(self.model, share)
        reporter = Reporter(context, step, told, total_epochs(recipe), [], lambda state: None)
        train(
            model,
            data,
            options,
            step.epochs,
            recipe.seed,
            recipe.augment if data.has_images else None,
            holding,
            reporter.hooks(),
            teacher=self.teacher and teacher_of(self.teacher, data, recipe, context.check_cancelled),
            schedule_from=schedule_start(recipe, step),
        )

    def _batches(self) -> int:
        """Of all epochs of the step."""
        options = options_of(self.recipe, self.step)
        if options is None:
            return 0
        samples = len(parts_of(self.data, options, self.recipe.seed).train)
        return len(self.step.epochs) * -(-samples // options.batch_size)

    def _taken(self, twin_of: Callable[[str], Any]) -> Answer:
        """The weights of the layers that `twin_of` gives by name, in the Keras 3 model."""
        for layer in self.model.layers:
            if layer.weights:
                layer.set_weights(weights_of(self.names[layer.name], twin_of(layer.name)))
        return Answer(self.model.get_weights())
