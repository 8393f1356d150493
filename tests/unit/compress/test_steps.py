"""How a recipe becomes steps, and what is refused before any work."""

from dataclasses import replace
from typing import Any

import pytest

from core.compress import distillation
from core.compress.idle import idle_section
from core.compress.steps import (
    Phase,
    aware_epochs,
    aware_step,
    options_of,
    plan_steps,
    schedule_start,
    share_before_quantization,
    total_epochs,
)
from core.compress.supported import check_supported
from core.data.dataset import no_data
from core.errors import ThimbleError
from core.flow.draft import Draft, refusal
from core.presets import all_presets
from core.recipe import Cluster, Criterion, Distill, Prune, Recipe, Schedule, Training
from core.recipe_toml import recipe_from_text
from core.report.recipe_words import sentences


def test_every_epoch_is_in_exactly_one_step() -> None:
    for epochs in range(12):
        recipe = Recipe("n", prune=Prune(steps=5), finetune=Training(epochs=epochs))
        steps = plan_steps(recipe)
        assert len(steps) == 5
        assert [epoch for step in steps for epoch in step.epochs] == list(range(epochs))
        assert len(steps[-1].epochs) == max(len(step.epochs) for step in steps)


def test_amounts_grow_to_what_was_asked() -> None:
    prune = Prune(sparsity=0.8, threshold=2.0, layers={"a": 0.5}, schedule=Schedule.AGP, steps=4)
    steps = [step.prune for step in plan_steps(Recipe("n", prune=prune))]
    assert [step.sparsity for step in steps if step] == pytest.approx([0.4625, 0.7, 0.7875, 0.8], abs=1e-6)
    assert steps[0] is not None
    assert steps[0].threshold == pytest.approx(2.0 * 0.578125)
    assert steps[-1] is not None
    assert (steps[-1].sparsity, steps[-1].threshold, dict(steps[-1].layers)) == (0.8, 2.0, {"a": 0.5})


def test_fine_tuning_alone_and_nothing_at_all() -> None:
    assert [list(step.epochs) for step in plan_steps(Recipe("n", finetune=Training(epochs=3)))] == [[0, 1, 2]]
    assert plan_steps(Recipe("n")) == ()
    assert [list(step.epochs) for step in plan_steps(Recipe("n", prune=Prune(steps=2)))] == [[], []]


@pytest.mark.parametrize(
    "section",
    [
        '[quantize]\nkind = "float16"\nmode = "qat"',
        '[quantize]\nkind = "dynamic"\nfinetune_epochs = 2',
    ],
)
def test_what_is_not_there_yet_is_refused(section: str) -> None:
    with pytest.raises(ThimbleError) as caught:
        check_supported(recipe_from_text(f'name = "n"\n{section}'))
    assert caught.value.code == "not-there-yet"
    assert caught.value.hint


def test_zeros_of_outputs_do_not_rank_single_weights() -> None:
    with pytest.raises(ThimbleError) as caught:
        check_supported(recipe_from_text('name = "n"\n[prune]\nkind = "element"\ncriterion = "activation"'))
    assert caught.value.code == "criterion-does-not-fit"


@pytest.mark.parametrize("criterion", list(Criterion))
def test_every_criterion_is_there(criterion: Criterion) -> None:
    check_supported(recipe_from_text(f'name = "n"\n[prune]\ncriterion = "{criterion.value}"'))


@pytest.mark.parametrize("kind", ["none", "float16", "dynamic", "int8", "uint8"])
def test_what_is_there(kind: str) -> None:
    sections = f'[prune]\n[finetune]\n[augment]\nflip = true\n[quantize]\nkind = "{kind}"'
    check_supported(recipe_from_text(f'name = "n"\n{sections}'))


def test_the_presets_are_possible() -> None:
    for recipe in all_presets().values():
        check_supported(recipe)


def test_a_refused_job_writes_nothing(tmp_path: Any) -> None:
    from core.jobs.context import JobContext
    from core.jobs.tasks.compress import compress

    params = {"model": "zoo:lenet", "data": "digits", "recipe": {"name": "n", "prune": {"engine": "tfmot"}}}
    with pytest.raises(ThimbleError, match="removes no filters"):
        compress({**params, "out": str(tmp_path / "out")}, JobContext(lambda event: None))
    assert not (tmp_path / "out").exists()


def test_a_baseline_comes_first_and_has_a_schedule_of_its_own() -> None:
    training = Training(epochs=2)
    recipe = Recipe(
        "n",
        train=Training(epochs=3),
        prune=Prune(steps=2),
        finetune=training,
        cluster=Cluster(finetune_epochs=1),
    )
    steps = plan_steps(recipe)
    assert [step.phase for step in steps] == [Phase.TRAIN, Phase.FINETUNE, Phase.FINETUNE, Phase.CLUSTER]
    assert [list(step.epochs) for step in steps] == [[0, 1, 2], [3], [4], [5]]
    assert [options_of(recipe, step) for step in steps] == [recipe.train, *[training] * 3]
    assert [schedule_start(recipe, step) for step in steps] == [0, 3, 3, 3]
    assert total_epochs(recipe) == 6
    assert plan_steps(replace(recipe, distill=Distill()))[1].phase is Phase.DISTILL


def test_threshold_and_sparsity_follow_the_formula_of_gradual_pruning() -> None:
    prune = Prune(sparsity=0.9, threshold=0.4, schedule=Schedule.AGP, steps=7)
    for t, step in enumerate(plan_steps(Recipe("n", prune=prune)), 1):
        assert step.prune is not None
        share = 1.0 + (0.0 - 1.0) * (1.0 - t / 7) ** 3
        assert step.prune.sparsity == pytest.approx(0.9 * share, abs=1e-6)
        assert step.prune.threshold == pytest.approx(0.4 * share, abs=1e-6)


@pytest.mark.parametrize(
    ("section", "epochs"),
    [("", 0), ('mode = "qat"', 2), ('mode = "qat"\nfinetune_epochs = 5', 5), ("finetune_epochs = 3", 3)],
)
def test_epochs_with_fake_quantization_come_last(section: str, epochs: int) -> None:
    recipe = recipe_from_text(f'name = "n"\n[finetune]\nepochs = 4\n[quantize]\n{section}')
    assert aware_epochs(recipe.quantize) == epochs
    step = aware_step(recipe)
    assert list(step.epochs if step else ()) == list(range(4, 4 + epochs))
    assert step is None or options_of(recipe, step) == recipe.finetune
    assert total_epochs(recipe) == 4 + epochs
    assert share_before_quantization(recipe) == pytest.approx(4 / (4 + epochs))


@pytest.mark.parametrize(
    ("sections", "idle"),
    [
        ("[distill]", True),
        ("[distill]\n[train]", True),
        ("[distill]\n[finetune]\nepochs = 0", True),
        ("[distill]\n[cluster]", True),  # whose epochs are of [finetune]
        ("[distill]\n[cluster]\n[finetune]\nepochs = 0", False),
        ("[distill]\n[finetune]", False),
        ('[distill]\n[quantize]\nmode = "qat"', False),
        ("[distill]\n[quantize]\nfinetune_epochs = 1", False),
        ("[augment]\nflip = true", True),
        ("[augment]\nflip = true\n[train]", False),
        ('[augment]\nflip = true\n[quantize]\nmode = "qat"', False),
    ],
)
def test_sections_that_nothing_would_use_are_refused(sections: str, idle: bool) -> None:
    recipe = recipe_from_text(f'name = "n"\n{sections}')
    error = idle_section(recipe)
    assert (error is not None) == idle
    assert error is None or sections[1:8].rstrip("]") in error.what
    assert str(refusal(Draft(recipe))) == str(error)
    told = " ".join(sentences(recipe))
    assert ("teaches" in told or "flipped" in told) == (not idle)


def test_quantization_aware_training_alone_has_its_teacher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distillation, "make_teacher", lambda model, *_: model)
    aware = recipe_from_text('name = "n"\n[distill]\n[quantize]\nmode = "qat"')
    for recipe, teacher in ((aware, "model"), (Recipe("n", distill=Distill()), None)):
        assert distillation.teacher_of("model", no_data((1,)), recipe, lambda: None) == teacher


def test_fake_quantization_alone() -> None:
    recipe = recipe_from_text('name = "n"\n[quantize]\nmode = "qat"')
    step = aware_step(recipe)
    assert step is not None
    options = options_of(recipe, step)
    assert options is not None
    assert options.learning_rate < Training().learning_rate
    assert share_before_quantization(recipe) == 0.0
    assert share_before_quantization(Recipe("n")) == 1.0
