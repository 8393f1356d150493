"""The wizard's draft survives; what is broken is told."""

from pathlib import Path

import pytest

from core.errors import ThimbleError
from core.flow.draft import Draft
from core.flow.draft_file import draft_path, forget_draft, load_draft, save_draft
from core.presets import all_presets
from core.recipe import Prune, Recipe


@pytest.mark.parametrize(
    "draft",
    [
        Draft(recipe=Recipe("r", prune=Prune(threshold=0.1)), model=Path("/m.keras"), out=Path("/out")),
        *(Draft(recipe=recipe, data="mnist", board="host") for recipe in all_presets().values()),
    ],
)
def test_a_draft_comes_back_as_it_was(tmp_path: Path, draft: Draft) -> None:
    path = tmp_path / "draft.json"
    assert load_draft(path) is None
    save_draft(draft, path)
    assert load_draft(path) == draft
    forget_draft(path)
    forget_draft(path)
    assert load_draft(path) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("no json", "bad-draft"),
        ("[]", "bad-draft"),
        ('{"recipe": 3}', "bad-draft"),
        ('{"recipe": {"name": "x", "newer": {}}}', "bad-recipe"),
    ],
)
def test_what_is_broken_is_told(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "draft.json"
    path.write_text(text)
    with pytest.raises(ThimbleError) as caught:
        load_draft(path)
    assert caught.value.code == code
    assert caught.value.hint


def test_a_disk_that_cannot_be_written_is_told_and_keeps_what_was(tmp_path: Path) -> None:
    path = tmp_path / "draft.json"
    path.mkdir()
    with pytest.raises(ThimbleError) as caught:
        save_draft(Draft(recipe=Recipe("r")), path)
    assert caught.value.code == "cannot-write"


def test_drafts_lie_in_the_users_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.flow.draft_file.data_dir", lambda: tmp_path)
    assert draft_path().parent == tmp_path
