"""Runs a sweep: each variant pruned once, then quantized in each way, every run in a folder of its own.

For worker processes. What is finished is kept whatever happens after it, and is not repeated.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from core.compress.compressed import Compressed
from core.compress.delivery import Original, deliver
from core.compress.distillation import teacher_of
from core.compress.fingerprints import checkpoints_of
from core.compress.output import RunFolder
from core.compress.pipeline import check_recipe, run_recipe
from core.compress.quantizers import find_quantizer
from core.compress.steps import aware_epochs, total_epochs
from core.compress.supported import check_supported
from core.data import DataSet
from core.data.samples import Watch
from core.errors import EXPECTED_ERRORS, CancelledByUser, ThimbleError
from core.evaluate import evaluate_keras
from core.jobs.context import JobContext
from core.models.deterministic import start_tensorflow
from core.models.keras_graph import graph_of_model
from core.models.loading import load_keras
from core.models.model_data import data_for_keras
from core.recipe import DataOptions, Recipe
from core.sweep.baseline import baseline_model, trained_baseline
from core.sweep.folder import LOG, SweepFolder
from core.sweep.grid import Quantization, Variant
from core.sweep.planned import on_board
from core.sweep.result import Figures, Point, Reason, State, Where

#: What delivering a run costs, in epochs: enough for a progress bar.
_DELIVERY_EPOCHS = 3.0
_T = TypeVar("_T")
#: Failures that would come back at every following run.
_STOPS = ("cannot-write", "busy")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is swept: the names of model and data as the user gave them, and the boards to plan for."""

    model: str
    data: str
    boards: tuple[str, ...]

    @property
    def names(self) -> tuple[str, str]:
        return self.model, self.data


@dataclass(slots=True)
class SweepRunner:
    """One sweep. `after_point` gets each result as soon as it is there, finished ones of before included."""

    subject: Subject
    folder: SweepFolder
    context: JobContext
    after_point: Callable[[Point], None]
    data: tuple[DataOptions | None, DataSet] | None = None
    originals: dict[int, Original] = field(default_factory=dict)
    #: By the key of the baseline.
    failed_baselines: dict[str, Exception] = field(default_factory=dict)

    def run(self, variants: Sequence[Variant]) -> list[Point]:
        """Everything that is not finished yet; results in the order of the grid.

        A run that fails is a point with its reason, and the sweep goes on. Raises CancelledByUser, and
        ThimbleError for what would make every run fail.
        """
        ends = self._progress_ends(variants)
        points = []
        for number, variant in enumerate(variants):
            part = self.context.section(ends[number], ends[number + 1])
            points += self._variant(variant, part)
        return points

    def _progress_ends(self, variants: Sequence[Variant]) -> list[float]:
        """Where each variant begins and ends in the whole, judged by what is left to do of it."""
        costs, trained = [], set[int]()
        for variant in variants:
            missing = [q for q in variant.quantizations if self._finished(variant, q) is None]
            cost = len(missing) * _DELIVERY_EPOCHS
            if missing and self.folder.pruned(variant) is None:
                cost += total_epochs(_own(variant.recipe))
            if missing and variant.recipe.train is not None and variant.recipe.seed not in trained:
                trained.add(variant.recipe.seed)
                cost += variant.recipe.train.epochs
            costs.append(cost)
        total = sum(costs) or 1.0
        return [sum(costs[:number]) / total for number in range(len(costs) + 1)]

    def _variant(self, variant: Variant, context: JobContext) -> list[Point]:
        found = {q: self._finished(variant, q) for q in variant.quantizations}
        for quantization, point in found.items():
            if point is None:
                found[quantization] = self._refused(variant, quantization)
        missing = [q for q, point in found.items() if point is None]
        if missing:
            found |= self._made(variant, missing, context)
        points = [point for point in found.values() if point is not None]
        for point in points:
            self.after_point(point)
        return points

    def _finished(self, variant: Variant, quantization: Quantization) -> Point | None:
        """A run of before, planned for the boards that are asked for now."""
        point = self.folder.finished(variant, quantization)
        if point is None or {board.board for board in point.boards} >= set(self.subject.boards):
            return point
        return self._kept(variant, quantization, point.where, point.figures)

    def _refused(self, variant: Variant, quantization: Quantization) -> Point | None:
        """What can be known to fail before anything is trained."""
        try:
            check_supported(_own(variant.recipe_for(quantization)))
        except EXPECTED_ERRORS as error:
            return self._failed(variant, quantization, error)
        return None

    def _made(
        self, variant: Variant, missing: Sequence[Quantization], context: JobContext
    ) -> dict[Quantization, Point | None]:
        training = 0.0
        if variant.recipe.train is not None and not self.folder.has_baseline(variant.recipe):
            training = float(variant.recipe.train.epochs)
        pruning = total_epochs(_own(variant.recipe)) + 1.0
        whole = training + pruning + len(missing) * _DELIVERY_EPOCHS
        trained, share = training / whole, (training + pruning) / whole
        failed = self._baseline_failed(variant, context.section(0.0, trained))
        if failed is not None:
            return {q: self._failed(variant, q, failed) for q in missing}
        part = context.section(trained, share)
        opened = self._opened(variant, part)
        pruned = _attempt(lambda: self._pruned(variant, missing, opened, part))
        if isinstance(pruned, Exception):
            return {q: self._failed(variant, q, pruned) for q in missing}
        made: dict[Quantization, Point | None] = {}
        for number, quantization in enumerate(missing):
            low, high = (share + (1 - share) * n / len(missing) for n in (number, number + 1))
            part = context.section(low, high)
            part.progress(0.0, f"{variant.series.title}: {variant.name}, {quantization.label}")
            point = _attempt(partial(self._delivered, variant, quantization, opened, pruned, part))
            if isinstance(point, Exception):
                point = self._failed(variant, quantization, point)
            made[quantization] = point
        _forget_models()
        return made

    def _baseline_failed(self, variant: Variant, context: JobContext) -> Exception | None:
        """Train the baseline where it is wanted and not there yet. One that failed is not trained again for
        the next variant of its seed; model and data that cannot be read end the sweep."""
        recipe = variant.recipe
        if recipe.train is None or self.folder.has_baseline(recipe):
            return None
        key = self.folder.baseline_key(recipe)
        if key not in self.failed_baselines:
            start_tensorflow(recipe.seed)
            model = load_keras(self.subject.model)
            data = self._data(model, recipe)
            names = self.subject.names
            made = _attempt(lambda: trained_baseline(self.folder, model, data, recipe, context, names))
            if not isinstance(made, Exception):
                return None
            self.failed_baselines[key] = made
        return self.failed_baselines[key]

    def _opened(self, variant: Variant, context: JobContext) -> _Opened:
        """Model and data, of which a failure would come back at every variant: it ends the sweep.

        The baseline has been trained where the recipe wants one. `context` is told at its beginning.
        """
        recipe = _own(variant.recipe)
        start_tensorflow(recipe.seed)  # every run is what `compress` would give, whatever ran before it
        model_name = self.subject.model
        if variant.recipe.train is not None:
            model_name = str(baseline_model(self.folder, recipe))
        model = load_keras(model_name)
        data = self._data(model, recipe)
        original = self.originals.get(recipe.seed)
        if original is None or original.model != model_name:
            watch = context.section(0.0, 0.0).watch("Testing the original model")
            original = Original.of(model, data, model_name, self.subject.data, watch)
            self.originals[recipe.seed] = original
            for doubt in original.doubts:
                context.log(doubt.text)
        return _Opened(model, data, original)

    def _pruned(
        self, variant: Variant, missing: Sequence[Quantization], opened: _Opened, context: JobContext
    ) -> _Pruned:
        """The pruned model, which is made when it is not there from before, with the teacher that one of the
        quantizations may want for further training."""
        recipe, data = _own(variant.recipe), opened.data
        later = [_own(variant.recipe_for(quantization)) for quantization in missing]
        aware = next((each for each in later if aware_epochs(each.quantize)), None)
        testing = context.section(1.0, 1.0).watch("Testing the pruned model")
        kept = self.folder.pruned(variant)
        if kept is not None:
            pruned = load_keras(self.folder.pruned_model(variant))
            compressed = Compressed(pruned, tuple(kept["history"]))
            return _Pruned.of(_taught(compressed, aware, opened, context), data, testing)
        check_recipe(recipe, opened.original.graph)
        context.progress(0.0, f"{variant.series.title}: {variant.name}")
        folder = self.folder.variant(variant)
        checkpoints = checkpoints_of(folder, self.subject.names, opened.model, data, recipe)
        compressed = run_recipe(opened.model, data, recipe, _Named(context, variant), checkpoints)
        made = _Pruned.of(_taught(compressed, aware, opened, context), data, testing)
        self.folder.keep_pruned(variant, made.compressed.model, {"history": list(made.compressed.history)})
        checkpoints.clear()
        return made

    def _data(self, model: Any, recipe: Recipe) -> DataSet:
        """The data as the model and the recipe want them; read once, unless the recipes differ in that."""
        if self.data is None or self.data[0] != recipe.data:
            found = data_for_keras(model, self.subject.model, self.subject.data, recipe.data)
            self.data = (recipe.data, found)
        return self.data[1]

    def _delivered(
        self,
        variant: Variant,
        quantization: Quantization,
        opened: _Opened,
        pruned: _Pruned,
        context: JobContext,
    ) -> Point:
        recipe = _own(variant.recipe_for(quantization))
        start_tensorflow(recipe.seed)
        model, data = pruned.compressed.model, opened.data
        with RunFolder(self.folder.run(variant, quantization)) as folder:
            checkpoints = checkpoints_of(folder.out, self.subject.names, model, data, recipe)
            record = deliver(opened.original, pruned.compressed, data, recipe, folder, context, checkpoints)
            checkpoints.clear()
        figures = _figures(record, pruned)
        return self._kept(variant, quantization, self._where(variant, quantization), figures)

    def _kept(
        self, variant: Variant, quantization: Quantization, where: Where, figures: Figures | None
    ) -> Point:
        deployed = find_quantizer(variant.recipe_for(quantization).quantize).deployed
        path = self.folder.run(variant, quantization) / deployed
        boards = tuple(on_board(path, board) for board in self.subject.boards)
        point = Point(where, State.DONE, figures, boards)
        self.folder.keep(variant, quantization, point)
        return point

    def _failed(self, variant: Variant, quantization: Quantization, error: Exception) -> Point:
        if not isinstance(error, EXPECTED_ERRORS):
            self.folder.log_unexpected(self.folder.run(variant, quantization), error)
        return Point(self._where(variant, quantization), State.FAILED, reason=_reason(error))

    def _where(self, variant: Variant, quantization: Quantization) -> Where:
        prune = variant.recipe.prune
        series = variant.series
        folder = self.folder.run(variant, quantization).relative_to(self.folder.out)
        return Where(
            series=series.id,
            kind="none" if prune is None else prune.kind.value,
            sparsity=0.0 if prune is None else None if prune.threshold is not None else prune.sparsity,
            threshold=None if prune is None else prune.threshold,
            criterion="" if prune is None else prune.criterion.value,
            schedule="" if prune is None else prune.schedule.value,
            quantize=quantization.label,
            seed=variant.recipe.seed,
            folder=folder.as_posix(),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Opened:
    """What a variant begins with; `original` is the model before it is pruned, tested."""

    model: Any
    data: DataSet
    original: Original


@dataclass(frozen=True, slots=True, eq=False)
class _Pruned:
    """A pruned model in floats, with how good it is and how many weights and biases are not zero: what
    run.json counts too."""

    compressed: Compressed
    accuracy: float
    loss: float
    nonzero: int

    @classmethod
    def of(cls, compressed: Compressed, data: DataSet, after_batch: Watch) -> _Pruned:
        evaluation = evaluate_keras(compressed.model, data, after_batch)
        nonzero = graph_of_model(compressed.model).nonzero
        return cls(compressed, evaluation.accuracy, evaluation.loss, nonzero)


def _taught(compressed: Compressed, aware: Recipe | None, opened: _Opened, context: JobContext) -> Compressed:
    """With the teacher that `aware`, a recipe that trains with fake quantization, asks for."""
    if aware is None or compressed.teacher is not None:
        return compressed
    teacher = teacher_of(opened.model, opened.data, aware, context.check_cancelled)
    return replace(compressed, teacher=teacher)


def _figures(record: dict[str, Any], pruned: _Pruned) -> Figures:
    parameters, evaluation = record["parameters"], record["evaluation"]["after"]
    # Training with fake quantization gives other weights: what rounding costs is seen against those.
    floats = record["quantization_loss"] or {"accuracy_float": pruned.accuracy, "loss_float": pruned.loss}
    return Figures(
        accuracy_unpruned=record["accuracy"]["before"],
        accuracy_float=floats["accuracy_float"],
        accuracy=record["accuracy"]["after"],
        loss=evaluation["loss"],
        loss_float=floats["loss_float"],
        macro_precision=evaluation["macro_precision"],
        parameters_before=parameters["before"],
        parameters=parameters["after"],
        remaining=pruned.nonzero / record["counts"]["before"]["nonzero"],
        nonzero=parameters["nonzero"],
        unique=parameters["unique"],
        macs_before=record["macs"]["before"],
        macs=record["macs"]["after"],
        size_bytes={k: v for k, v in record["size_bytes"].items() if isinstance(v, int)},
    )


def _own(recipe: Recipe) -> Recipe:
    """The recipe of one run: the baseline has been trained before it."""
    return replace(recipe, train=None)


def _attempt(make: Callable[[], _T]) -> _T | Exception:
    """What `make` gives, or how it failed: one run that fails must not end a night's work."""
    try:
        return make()
    except CancelledByUser:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a run fails with is its point's reason
        _raise_if_it_stops(error)
        return error


def _raise_if_it_stops(error: Exception) -> None:
    if isinstance(error, OSError) or (isinstance(error, ThimbleError) and error.code in _STOPS):
        raise error


def _reason(error: Exception) -> Reason:
    if isinstance(error, EXPECTED_ERRORS):
        return Reason(error.code, error.what, error.hint)
    first_line = (str(error).splitlines() or [""])[0]
    return Reason("unexpected", f"{type(error).__name__}: {first_line}", f"please report this with {LOG}")


def _forget_models() -> None:
    """Keras keeps what it has seen: a sweep of hundreds of models would fill the memory."""
    import keras

    keras.backend.clear_session()
    gc.collect()


class _Named(JobContext):
    """A context that says which run it is."""

    def __init__(self, whole: JobContext, variant: Variant) -> None:
        super().__init__(whole._emit, whole._cancelled, whole._clock)
        self._whole, self._name = whole, f"{variant.series.title}: {variant.name}"

    def resume_at(self, fraction: float) -> None:
        self._whole.resume_at(fraction)

    def progress(
        self, fraction: float, text: str, remaining_s: float | None = None, cancellable: bool = True
    ) -> None:
        self.last_text = text
        self._whole.progress(
            fraction, f"{self._name}, {text[:1].lower()}{text[1:]}", remaining_s, cancellable
        )
