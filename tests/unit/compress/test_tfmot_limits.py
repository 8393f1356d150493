"""What the engine tfmot cannot do is refused before any work, with what to do about it."""

from __future__ import annotations

import importlib.util

import pytest

from core.compress.steps import plan_steps
from core.compress.supported import check_supported
from core.compress.tfmot.limits import tfmot_comes_late
from core.errors import ThimbleError
from core.recipe import Engine, Recipe
from core.recipe_toml import recipe_from_dict, recipe_from_text, recipe_to_dict

ELEMENT = '[prune]\nkind = "element"\ncriterion = "magnitude"\nengine = "tfmot"\n'


def _recipe(sections: str) -> Recipe:
    return recipe_from_text(f'name = "n"\n{sections}')


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ('[prune]\nengine = "tfmot"', "removes no filters"),
        ('[prune]\nkind = "element"\ncriterion = "gradient"\nengine = "tfmot"', "not by gradient"),
        ('[prune]\nkind = "element"\ncriterion = "l1"\nengine = "tfmot"', "not by l1"),
        (f"{ELEMENT}threshold = 0.1", "not to a threshold"),
        (f"{ELEMENT}[finetune]\nearly_stopping = 2", "early_stopping"),
        ('[cluster]\nengine = "tfmot"\nscope = "global"', "each layer alone"),
        (f'{ELEMENT}[cluster]\nengine = "tfmot"\nclusters = 2', "3 clusters"),
        ('[quantize]\nengine = "tfmot"', "engine of training"),
        ('[quantize]\nengine = "tfmot"\nfinetune_epochs = 3', "engine of training"),
        ('[quantize]\nengine = "tfmot"\nmode = "qat"\nkind = "uint8"', "not for uint8"),
    ],
)
def test_what_it_cannot_do_is_refused(sections: str, words: str) -> None:
    with pytest.raises(ThimbleError, match=words) as caught:
        check_supported(_recipe(sections))
    assert caught.value.code == "not-with-tfmot"
    assert caught.value.hint


@pytest.mark.parametrize(
    "sections",
    [
        ELEMENT,
        f'{ELEMENT}scope = "layer"\nschedule = "one-shot"\n[finetune]\nearly_stopping = 2',
        '[cluster]\nengine = "tfmot"\nclusters = 2',
        '[quantize]\nengine = "tfmot"\nmode = "qat"',
    ],
)
def test_what_it_can_do(sections: str) -> None:
    check_supported(_recipe(sections))


def test_it_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    check_supported(_recipe('[prune]\nkind = "element"'))
    with pytest.raises(ThimbleError, match="not installed") as caught:
        check_supported(_recipe(ELEMENT))
    assert caught.value.code == "tfmot-missing"


def test_its_schedule_is_inside_one_step() -> None:
    steps = plan_steps(_recipe(f"{ELEMENT}steps = 4\n[finetune]\nepochs = 6"))
    assert [list(step.epochs) for step in steps] == [[0, 1, 2, 3, 4, 5]]
    assert steps[0].engine is Engine.TFMOT


@pytest.mark.parametrize(
    ("sections", "late"),
    [
        (ELEMENT, False),
        (f"[train]\nepochs = 1\n{ELEMENT}", True),
        ('[quantize]\nengine = "tfmot"\nmode = "qat"', False),
        ('[prune]\n[quantize]\nengine = "tfmot"\nmode = "qat"', True),
        ("[prune]", False),
    ],
)
def test_the_model_is_checked_before_anything_is_trained(sections: str, late: bool) -> None:
    assert tfmot_comes_late(_recipe(sections)) is late


def test_recipes_of_before_called_the_own_engine_by_name() -> None:
    recipe = recipe_from_dict({"name": "n", "cluster": {"engine": "thimble"}})
    assert recipe.cluster is not None
    assert recipe.cluster.engine is Engine.OWN
    assert recipe_to_dict(recipe)["cluster"]["engine"] == "own"
    with pytest.raises(ThimbleError, match="is 'other'") as caught:
        recipe_from_dict({"name": "n", "cluster": {"engine": "other"}})
    assert "own, tfmot" in caught.value.hint
