"""What a sweep runs: series of recipes, each spread over a grid. Values alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from core.compress.quantizers import is_trained
from core.errors import ThimbleError
from core.recipe import Criterion, Engine, Quantize, QuantizeKind, QuantizeMode, Recipe, Schedule


@dataclass(frozen=True, slots=True)
class Quantization:
    """A number format and how it is reached; written ``int8``, or ``int8-qat`` for trained quantization."""

    kind: QuantizeKind
    mode: QuantizeMode = QuantizeMode.PTQ

    @property
    def label(self) -> str:
        suffix = "" if self.mode is QuantizeMode.PTQ else f"-{self.mode.value}"
        return f"{self.kind.value}{suffix}"

    @classmethod
    def of(cls, quantize: Quantize) -> Quantization:
        return cls(quantize.kind, quantize.mode)


#: Every way to write a quantization.
QUANTIZATIONS = {q.label: q for q in (Quantization(k, m) for k, m in product(QuantizeKind, QuantizeMode))}


@dataclass(frozen=True, slots=True)
class Grid:
    """The values that a sweep tries; an empty axis keeps what the recipe says.

    A sparsity of 0 is the model as it is, without pruning, clustering and training: only quantized, with the
    epochs that quantization itself has. `seeds` counts from the recipe's own seed.
    """

    sparsities: tuple[float, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    quantizations: tuple[Quantization, ...] = ()
    seeds: int = 1


@dataclass(frozen=True, slots=True)
class Series:
    """A recipe and its grid. `id` is the name of its folder, `title` what people read."""

    id: str
    title: str
    recipe: Recipe
    grid: Grid


@dataclass(frozen=True, slots=True)
class Variant:
    """One pruned model: made once, then quantized in each of the ways. `recipe` says how; its quantization is
    that of the series."""

    series: Series
    recipe: Recipe
    quantizations: tuple[Quantization, ...]

    @property
    def name(self) -> str:
        """The name of its folder, different for all variants of a series."""
        prune = self.recipe.prune
        if prune is None:
            return f"unpruned_seed-{self.recipe.seed}"
        amount = f"below-{prune.threshold:g}" if prune.threshold is not None else f"{prune.sparsity:g}"
        parts = (amount, prune.criterion.value, prune.schedule.value, f"seed-{self.recipe.seed}")
        return "_".join(parts)

    def recipe_for(self, quantization: Quantization) -> Recipe:
        """The whole recipe of one run. Another number format than the recipe's own takes its epochs with
        rounding along only where it can be trained, and its engine never."""
        own = self.recipe.quantize
        trains = quantization.kind is own.kind or is_trained(quantization.kind)
        epochs = own.finetune_epochs if trains else 0
        engine = own.engine if quantization == Quantization.of(own) else Engine.OWN
        kind, mode = quantization.kind, quantization.mode
        quantize = replace(own, kind=kind, mode=mode, finetune_epochs=epochs, engine=engine)
        return replace(self.recipe, quantize=quantize)


def variants_of(series: Series) -> tuple[Variant, ...]:
    """All variants of a series, each once: the unpruned one does not depend on criterion and schedule.

    Raises ThimbleError ``nothing-to-sweep`` for a grid of prunings over a recipe that does not prune.
    """
    _check(series)
    quantizations = series.grid.quantizations or (Quantization.of(series.recipe.quantize),)
    recipes = dict.fromkeys(_Key(recipe) for recipe in _recipes(series))
    return tuple(Variant(series, key.recipe, quantizations) for key in recipes)


def count_runs(series: tuple[Series, ...]) -> int:
    """How many runs a sweep over these series has."""
    return sum(len(variant.quantizations) for each in series for variant in variants_of(each))


@dataclass(frozen=True, slots=True, eq=False)
class _Key:
    """Recipes with exceptions by layer have no hash of their own."""

    recipe: Recipe

    def __hash__(self) -> int:
        return hash((self.recipe.name, self.recipe.seed))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.recipe == other.recipe


def _check(series: Series) -> None:
    grid = series.grid
    if series.recipe.prune is None and (any(grid.sparsities) or grid.criteria or grid.schedules):
        raise ThimbleError(
            "nothing-to-sweep",
            f"the recipe {series.recipe.name!r} has no section [prune], so there is nothing to vary",
            "add [prune] to the recipe, with its kind",
        )


def _recipes(series: Series) -> Iterator[Recipe]:
    grid = series.grid
    axes = product(
        range(series.recipe.seed, series.recipe.seed + grid.seeds),
        grid.sparsities or (None,),
        grid.criteria or (None,),
        grid.schedules or (None,),
    )
    for seed, sparsity, criterion, schedule in axes:
        recipe = replace(series.recipe, seed=seed)
        if sparsity == 0.0:
            yield replace(recipe, prune=None, finetune=None, cluster=None, distill=None)
            continue
        prune = recipe.prune
        if prune is not None:
            criterion, schedule = criterion or prune.criterion, schedule or prune.schedule
            prune = replace(prune, criterion=criterion, schedule=schedule)
            if sparsity is not None:
                prune = replace(prune, sparsity=sparsity, threshold=None)
        yield replace(recipe, prune=prune)
