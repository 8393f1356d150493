"""The Compare page without a screen: what is varied, what is missing, and what another day left."""

import json
from pathlib import Path

import pytest

from core.errors import ThimbleError
from core.flow.compare import (
    CompareChoices,
    CompareProblem,
    is_sweep,
    parse_sparsities,
    problem,
    read_sweep,
    runs_of,
    spec_of,
)
from core.flow.draft import Draft
from core.recipe import Criterion, Prune, Recipe
from core.sweep.grid import QUANTIZATIONS
from core.sweep.spec import spec_from_json
from core.sweep.studies import all_studies

RECIPE = Recipe("mine", prune=Prune())


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    model = tmp_path / "net.keras"
    model.write_bytes(b"anything")
    return Draft(recipe=RECIPE, model=model)


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("0, 50, 90", (0.0, 0.5, 0.9)),
        ("50 %; 97.5%,50", (0.5, 0.975)),
        ("", ()),
    ],
)
def test_amounts_are_percentages(text: str, shares: tuple[float, ...]) -> None:
    assert parse_sparsities(text) == shares


@pytest.mark.parametrize("text", ["much", "50, x", "100", "-1", "nan"])
def test_amounts_that_are_none_are_told(text: str) -> None:
    with pytest.raises(ThimbleError) as caught:
        parse_sparsities(text)
    assert caught.value.code == "bad-grid"
    assert caught.value.hint


def test_the_grid_of_the_wizards_recipe(draft: Draft, tmp_path: Path) -> None:
    choices = CompareChoices(
        sparsities=(0.0, 0.5, 0.9),
        criteria=(Criterion.L1, Criterion.RANDOM),
        quantizations=(QUANTIZATIONS["int8"], QUANTIZATIONS["none"]),
        seeds=2,
        out=tmp_path / "out",
    )
    assert problem(choices, draft) is None
    spec = spec_of(choices, draft)
    assert (spec.model, spec.data, spec.boards) == (str(draft.model), "digits", ("virtual-pico",))
    assert runs_of(spec) == (1 + 2 * 2) * 2 * 2, "the unpruned network depends on no criterion"
    assert spec_from_json(spec.to_json()) == spec


def test_what_is_missing_before_it_can_start(draft: Draft, tmp_path: Path) -> None:
    assert problem(CompareChoices(), draft) is CompareProblem.NO_FOLDER
    choices = CompareChoices(out=tmp_path)
    assert problem(choices, Draft(recipe=RECIPE)) is CompareProblem.NO_MODEL
    gone = Draft(recipe=RECIPE, model=tmp_path / "gone.keras")
    assert problem(choices, gone) is CompareProblem.MODEL_OR_DATA
    with pytest.raises(ThimbleError) as caught:
        runs_of(spec_of(choices, Draft(recipe=Recipe("none"), model=draft.model)))
    assert caught.value.code == "nothing-to-sweep"


def test_a_study_brings_its_own_model_and_grid(tmp_path: Path) -> None:
    study = next(iter(all_studies()))
    choices = CompareChoices(study=study, out=tmp_path)
    nothing = Draft(recipe=RECIPE)
    assert problem(choices, nothing) is None
    spec = spec_of(choices, nothing)
    assert (spec.study, spec.data) == (study, "digits")
    assert runs_of(spec) > 0


@pytest.mark.parametrize("text", ["{", "[]", '{"state": "running"}', '{"points": [{}]}'])
def test_a_comparison_that_was_not_finished_says_how_to_go_on(tmp_path: Path, text: str) -> None:
    assert not is_sweep(tmp_path)
    (tmp_path / "sweep.json").write_text(text)
    assert is_sweep(tmp_path)
    with pytest.raises(ThimbleError) as caught:
        read_sweep(tmp_path)
    assert "not repeated" in caught.value.hint


def test_a_finished_comparison_is_read(tmp_path: Path) -> None:
    record = {"points": [], "files": {"points.csv": "x", "report.pdf": "y"}}
    (tmp_path / "sweep.json").write_text(json.dumps(record))
    assert read_sweep(tmp_path).report is None
    assert read_sweep(tmp_path).warnings == ()
    (tmp_path / "report.pdf").touch()
    assert read_sweep(tmp_path).report == tmp_path / "report.pdf"
    doubtful = {**record, "warnings": [{"code": "near-chance", "text": "it guesses"}]}
    (tmp_path / "sweep.json").write_text(json.dumps(doubtful))
    assert read_sweep(tmp_path).warnings == ("it guesses",)
