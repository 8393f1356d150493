"""The grid: which runs a sweep has, and what each is called."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest

from core.errors import ThimbleError
from core.jobs.tasks.sweep import check_nothing_idle
from core.recipe import (
    Cluster,
    Distill,
    Engine,
    Prune,
    Quantize,
    QuantizeKind,
    QuantizeMode,
    Recipe,
    Schedule,
    Training,
)
from core.recipe_toml import recipe_to_dict
from core.sweep.grid import QUANTIZATIONS, Grid, Series, count_runs, variants_of
from core.sweep.spec import grid_from_dict, spec_from_json
from tests.unit.sweep.sample import SERIES, spec

FULL = Recipe(
    "r", seed=3, prune=Prune(threshold=0.1), finetune=Training(), cluster=Cluster(), train=Training(epochs=1)
)


def test_every_point_of_the_grid_once() -> None:
    variants = variants_of(SERIES)
    # the unpruned one does not depend on the criterion: (1 + 2 sparsities x 2 criteria) x 2 seeds
    assert len(variants) == 10
    assert len({variant.name for variant in variants}) == 10
    assert count_runs((SERIES,)) == 20


def test_an_empty_axis_keeps_the_recipe() -> None:
    (variant,) = variants_of(Series("s", "s", FULL, Grid()))
    assert variant.recipe == FULL
    assert [q.label for q in variant.quantizations] == ["int8"]
    assert variant.recipe_for(variant.quantizations[0]) == FULL


def test_sparsity_zero_is_the_model_as_it_is() -> None:
    (variant,) = variants_of(Series("s", "s", FULL, Grid(sparsities=(0.0,))))
    assert variant.recipe.prune is variant.recipe.finetune is variant.recipe.cluster is None
    assert variant.recipe.train == FULL.train


def test_a_sparsity_takes_the_place_of_a_threshold() -> None:
    grid = Grid(
        sparsities=(0.25,), schedules=(Schedule.ONE_SHOT,), quantizations=(QUANTIZATIONS["uint8-qat"],)
    )
    (variant,) = variants_of(Series("s", "s", FULL, grid))
    recipe = variant.recipe_for(variant.quantizations[0])
    assert recipe.prune == Prune(sparsity=0.25, schedule=Schedule.ONE_SHOT)
    assert recipe.quantize == Quantize(QuantizeKind.UINT8, QuantizeMode.QAT)
    assert variant.name == "0.25_l1_one-shot_seed-3"
    assert "threshold" not in recipe_to_dict(recipe)["prune"]


def test_epochs_with_rounding_are_left_out_where_a_format_has_none() -> None:
    recipe = Recipe("r", quantize=Quantize(finetune_epochs=3))
    grid = Grid(quantizations=tuple(QUANTIZATIONS[name] for name in ("none", "float16", "uint8", "int8-qat")))
    (variant,) = variants_of(Series("s", "s", recipe, grid))
    epochs = [variant.recipe_for(each).quantize.finetune_epochs for each in variant.quantizations]
    assert epochs == [0, 0, 3, 3]


def test_another_engine_is_only_for_what_the_recipe_asks_it_for() -> None:
    recipe = Recipe("r", quantize=Quantize(mode=QuantizeMode.QAT, engine=Engine.TFMOT))
    grid = Grid(quantizations=tuple(QUANTIZATIONS[name] for name in ("int8", "uint8-qat", "int8-qat")))
    (variant,) = variants_of(Series("s", "s", recipe, grid))
    engines = [variant.recipe_for(each).quantize.engine for each in variant.quantizations]
    assert engines == [Engine.OWN, Engine.OWN, Engine.TFMOT]


def test_a_recipe_whose_own_format_has_no_such_epochs_is_not_changed() -> None:
    recipe = Recipe("r", quantize=Quantize(QuantizeKind.DYNAMIC, finetune_epochs=3))
    (variant,) = variants_of(Series("s", "s", recipe, Grid()))
    assert variant.recipe_for(variant.quantizations[0]) == recipe


def test_seeds_count_from_that_of_the_recipe() -> None:
    seeds = [variant.recipe.seed for variant in variants_of(Series("s", "s", FULL, Grid(seeds=3)))]
    assert seeds == [3, 4, 5]


def test_a_recipe_without_pruning_cannot_be_varied() -> None:
    with pytest.raises(ThimbleError) as caught:
        variants_of(Series("s", "s", Recipe("r"), Grid(sparsities=(0.5,))))
    assert caught.value.code == "nothing-to-sweep"
    assert len(variants_of(Series("s", "s", Recipe("r"), Grid(sparsities=(0.0,))))) == 1


def test_a_spec_goes_to_the_worker_and_back() -> None:
    assert spec_from_json(json.loads(json.dumps(spec().to_json()))) == spec()


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        ({"criterion": ["l3"]}, "magnitude"),
        ({"schedule": ["never"]}, "one-shot"),
        ({"quantize": ["int4"]}, "int8-qat"),
        ({"sparsity": [1.5]}, "0.999"),
        ({"seeds": 0}, "1"),
        ({"speed": 3}, "sparsity"),
    ],
)
def test_values_that_are_not_known(raw: dict[str, object], named: str) -> None:
    with pytest.raises(ThimbleError) as caught:
        grid_from_dict(raw)
    assert caught.value.code == "bad-grid"
    assert named in caught.value.hint


@pytest.mark.parametrize(
    ("quantizations", "refused"), [((), True), (("int8",), True), (("int8", "int8-qat"), False)]
)
def test_a_section_has_to_be_of_use_somewhere_in_the_grid(
    quantizations: tuple[str, ...], refused: bool
) -> None:
    grid = Grid(sparsities=(0.0, 0.5), quantizations=tuple(QUANTIZATIONS[name] for name in quantizations))
    series = Series("s", "s", Recipe("r", prune=Prune(), distill=Distill()), grid)
    with pytest.raises(ThimbleError, match="teacher") if refused else nullcontext():
        check_nothing_idle(series)
