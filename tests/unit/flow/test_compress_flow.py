"""The Compress wizard without a screen: what unlocks what, and what is wrong."""

from pathlib import Path

import pytest

from core.flow.compress_flow import CompressFlow
from core.flow.draft import WITHOUT_DATA, Problem, Step, free_folder
from core.flow.sections import Section
from core.recipe import (
    Cluster,
    Criterion,
    DataOptions,
    Prune,
    PruneKind,
    Quantize,
    QuantizeKind,
    Recipe,
    Scaling,
    Training,
)
from core.recipe_toml import recipe_to_dict

PRESETS = {
    "a": Recipe(name="structured", prune=Prune(sparsity=0.9), finetune=Training(epochs=7)),
    "b": Recipe(name="element", prune=Prune(kind=PruneKind.ELEMENT, sparsity=0.95)),
}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.keras"
    path.write_bytes(b"anything")
    return path


@pytest.fixture
def flow(model: Path) -> CompressFlow:
    flow = CompressFlow(PRESETS)
    flow.open(model, "digits")
    return flow


def test_without_a_model_only_the_first_step_is_unlocked() -> None:
    flow = CompressFlow(PRESETS)
    assert [step for step in Step if flow.unlocked(step)] == [Step.MODEL]
    assert flow.problem(Step.MODEL) is Problem.NO_MODEL
    assert not flow.ready


def test_a_model_unlocks_everything_and_a_folder_makes_it_ready(flow: CompressFlow, tmp_path: Path) -> None:
    assert all(flow.unlocked(step) for step in Step)
    assert flow.problem(Step.REVIEW) is Problem.NO_FOLDER
    assert not flow.ready
    flow.set_out(tmp_path / "new" / "deeper")
    assert flow.ready


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("gone.keras", "digits", Problem.MODEL_MISSING),
        ("model.tflite", "digits", Problem.MODEL_KIND),
        ("model.keras", "/no/such/folder", Problem.DATA_MISSING),
    ],
)
def test_what_is_wrong_with_model_and_data(model: Path, name: str, data: str, problem: Problem) -> None:
    flow = CompressFlow(PRESETS)
    flow.open(model.parent / name, data)
    assert problem in (flow.problem(Step.MODEL), flow.problem(Step.DATA))
    assert not flow.unlocked(Step.PRUNING)


def test_without_data(flow: CompressFlow, tmp_path: Path) -> None:
    """Later steps are open, and say what of the recipe needs data."""
    flow.set_out(tmp_path / "out")
    flow.set_data(WITHOUT_DATA)
    assert flow.problem(Step.DATA) is None
    assert all(flow.unlocked(step) for step in Step)
    assert flow.problem(Step.REVIEW) is Problem.RECIPE_REFUSED
    assert flow.refusal is not None
    assert flow.refusal.code == "needs-data"
    flow.use_recipe(Recipe("no samples", prune=Prune(), quantize=Quantize(QuantizeKind.FLOAT16)))
    assert flow.refusal is None
    assert flow.ready
    assert not flow.job_parameters(recipe_to_dict)["data"]


@pytest.mark.parametrize("data", ["digits", "mnist", "Fashion_MNIST", "."])
def test_data_goes_by_name_or_path(model: Path, data: str) -> None:
    flow = CompressFlow(PRESETS)
    flow.open(model, data)
    assert flow.problem(Step.DATA) is None


def test_a_refused_model_locks_until_something_else_is_chosen(flow: CompressFlow, tmp_path: Path) -> None:
    flow.refuse(Step.DATA)
    assert flow.problem(Step.DATA) is Problem.DATA_REFUSED
    assert not flow.unlocked(Step.REVIEW)
    flow.set_data(str(tmp_path))
    assert flow.problem(Step.DATA) is None
    flow.refuse(Step.MODEL)
    assert flow.problem(Step.MODEL) is Problem.MODEL_REFUSED
    assert not flow.unlocked(Step.DATA)
    flow.allow(Step.MODEL)
    assert flow.problem(Step.MODEL) is None


def test_how_data_are_read_outlives_a_preset(flow: CompressFlow) -> None:
    assert flow.section(Section.DATA) == DataOptions()
    assert flow.recipe.data is None
    flow.edit(Section.DATA, scaling=Scaling.SYMMETRIC)
    assert flow.recipe.data == DataOptions(scaling=Scaling.SYMMETRIC)
    flow.use_recipe(PRESETS["b"])
    assert flow.recipe.data == DataOptions(scaling=Scaling.SYMMETRIC)


def test_folders(flow: CompressFlow, tmp_path: Path) -> None:
    used = tmp_path / "used"
    used.mkdir()
    (used / ".thimble-partial-12").mkdir()
    flow.set_out(used)
    assert flow.ready, "what a killed job left is no reason to refuse"
    (used / "run.json").write_text("{}")
    assert flow.problem(Step.REVIEW) is Problem.FOLDER_IN_USE
    flow.set_out(used / "run.json" / "below a file")
    assert flow.problem(Step.REVIEW) is Problem.FOLDER_NOT_WRITABLE
    assert free_folder(tmp_path, "used") == tmp_path / "used-2"
    assert free_folder(tmp_path, "new") == tmp_path / "new"


def test_a_folder_that_may_not_be_written(
    flow: CompressFlow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow.set_out(tmp_path / "out")
    assert flow.ready
    monkeypatch.setattr("os.access", lambda path, mode: Path(path) != tmp_path)
    assert flow.problem(Step.REVIEW) is Problem.FOLDER_NOT_WRITABLE


def test_presets_follow_the_kind_of_pruning(flow: CompressFlow) -> None:
    assert flow.recipe == PRESETS["a"]
    flow.edit(Section.QUANTIZE, calibration=50)
    flow.choose_pruning(PruneKind.ELEMENT)
    assert flow.recipe.prune == PRESETS["b"].prune
    assert flow.recipe.quantize.calibration == 50, "the other step's choice is kept"
    flow.choose_pruning(None)
    assert (flow.recipe.prune, flow.recipe.finetune) == (None, None)
    flow.edit(Section.PRUNE, sparsity=0.1)
    assert flow.recipe.prune is None
    flow.edit(Section.QUANTIZE, kind=QuantizeKind.NONE)
    assert flow.problem(Step.REVIEW) is Problem.NOTHING_TO_DO


def test_a_slider_drag_is_one_undo_step(flow: CompressFlow) -> None:
    for sparsity in (0.8, 0.7, 0.6):
        flow.edit(Section.PRUNE, sparsity=sparsity)
    flow.edit(Section.FINETUNE, epochs=3)
    assert flow.recipe.finetune is not None
    flow.undo()
    assert flow.recipe.prune is not None
    assert (flow.recipe.prune.sparsity, flow.recipe.finetune.epochs) == (0.6, 7)
    flow.undo()
    assert flow.recipe == PRESETS["a"]
    flow.redo()
    assert flow.recipe.prune is not None
    assert flow.recipe.prune.sparsity == 0.6


def test_opening_another_model_starts_the_history_anew(flow: CompressFlow, model: Path) -> None:
    flow.edit(Section.PRUNE, sparsity=0.5)
    flow.open(model)
    assert flow.recipe == PRESETS["a"]
    assert not flow.can_undo


def test_boards(flow: CompressFlow) -> None:
    flow.set_board("host")
    assert flow.problem(Step.BOARD) is None
    flow.set_board("toaster")
    assert flow.problem(Step.BOARD) is Problem.UNKNOWN_BOARD
    assert not flow.unlocked(Step.REVIEW)


def test_listeners_hear_of_changes_only(flow: CompressFlow) -> None:
    heard: list[float] = []

    def listener() -> None:
        assert flow.recipe.prune is not None
        heard.append(flow.recipe.prune.sparsity)

    flow.subscribe(listener)
    flow.edit(Section.PRUNE, sparsity=0.9)
    assert heard == []
    flow.edit(Section.PRUNE, sparsity=0.4)
    flow.undo()
    assert heard == [0.4, 0.9]


def test_job_parameters(flow: CompressFlow, model: Path, tmp_path: Path) -> None:
    flow.set_out(tmp_path / "out")
    params = flow.job_parameters(lambda recipe: {"name": recipe.name})
    assert params == {
        "model": str(model),
        "data": "digits",
        "recipe": {"name": "structured"},
        "out": str(tmp_path / "out"),
    }


def test_what_was_set_for_training_stays_when_the_kind_of_pruning_changes(flow: CompressFlow) -> None:
    flow.edit(Section.FINETUNE, epochs=3)
    flow.choose_pruning(PruneKind.ELEMENT)
    assert flow.recipe.finetune == Training(epochs=3)
    flow.choose_pruning(None)
    assert flow.recipe.finetune == Training(epochs=3)


def test_a_section_comes_back_as_it_was_left(flow: CompressFlow) -> None:
    assert flow.section(Section.CLUSTER) is None
    flow.edit(Section.CLUSTER, clusters=8)
    assert flow.section(Section.CLUSTER) is None, "what is left out cannot be changed"
    flow.switch(Section.CLUSTER, True)
    assert flow.section(Section.CLUSTER) == Cluster()
    flow.edit(Section.CLUSTER, clusters=8)
    flow.switch(Section.CLUSTER, False)
    flow.switch(Section.CLUSTER, True)
    assert flow.section(Section.CLUSTER) == Cluster(clusters=8)
    for _ in range(4):
        flow.undo()
    assert flow.recipe == PRESETS["a"]


def test_another_recipe_takes_the_place_of_all_choices_and_can_be_undone(flow: CompressFlow) -> None:
    flow.use_recipe(PRESETS["b"])
    assert flow.recipe == PRESETS["b"]
    flow.describe_recipe(name="mine", seed=7)
    assert (flow.recipe.name, flow.recipe.seed) == ("mine", 7)
    flow.undo()
    flow.undo()
    assert flow.recipe == PRESETS["a"]


def test_a_recipe_that_cannot_run_is_refused_with_its_reason(flow: CompressFlow, tmp_path: Path) -> None:
    flow.set_out(tmp_path / "out")
    assert flow.refusal is None
    flow.choose_pruning(PruneKind.ELEMENT)
    flow.edit(Section.PRUNE, criterion=Criterion.ACTIVATION)
    assert flow.problem(Step.REVIEW) is Problem.RECIPE_REFUSED
    assert flow.refusal is not None
    assert flow.refusal.code == "criterion-does-not-fit"
    assert not flow.ready
