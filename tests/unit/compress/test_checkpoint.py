"""Checkpoints: what they keep, whose they are, and what a full disk or a broken file does."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.compress.checkpoint import FOLDER, Checkpoints, Saved, find_checkpoint, identity_of
from core.compress.constraints import Clustered, Constraint, Masked, Unconstrained
from core.compress.finetune import TrainingState
from core.errors import ThimbleError
from core.recipe import Prune, Recipe, Training

RECIPE = Recipe("a recipe", prune=Prune(sparsity=0.5), finetune=Training(epochs=3))
ENTRY = {"epoch": 2, "epochs": 3, "phase": "finetune", "loss": 0.1}
RNG = np.random.default_rng(0)
MASK = (RNG.random((3, 4)) < 0.5).astype(np.float32)
LABELS = RNG.integers(0, 300, (5, 2)).astype(np.int32)
CONSTRAINTS: list[Constraint] = [
    Unconstrained(),
    Masked((("a", 0, MASK), ("b", 1, 1 - MASK))),
    Clustered(((("a", 0, LABELS), ("b", 0, LABELS + 1)), (("c", 2, LABELS),))),
]


def _checkpoints(out: Path, recipe: Recipe = RECIPE, data: bytes = b"data") -> Checkpoints:
    return Checkpoints(out, identity_of("m.keras", "digits", recipe, [b"model", data]))


def _saved(**changes: Any) -> Saved:
    arrays = [RNG.normal(size=(2, 3)).astype(np.float32), np.array(7, np.int64), np.zeros((0,), np.float32)]
    weights = [RNG.normal(size=(n, 2)).astype(np.float32) for n in range(1, 13)]
    state = TrainingState(weights, arrays, weights[:2], 0.25, 1)
    return replace(Saved(1, (ENTRY,), '{"layers": []}', state, 0.5), **changes)


def _same(first: list[Any], second: list[Any]) -> bool:
    return all(
        a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b)
        for a, b in zip(first, second, strict=True)
    )


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=lambda c: c.kind)
def test_everything_comes_back(constraint: Constraint, tmp_path: Path) -> None:
    saved = _saved(constraint=constraint)
    _checkpoints(tmp_path).save(saved)
    found = _checkpoints(tmp_path).last()
    assert found is not None
    assert (found.step, found.history, found.architecture, found.sparsity) == (
        1,
        (ENTRY,),
        '{"layers": []}',
        0.5,
    )
    assert _same(found.state.weights, saved.state.weights)
    assert _same(found.state.optimizer, saved.state.optimizer)
    assert _same(found.state.best_weights, saved.state.best_weights)
    assert (found.state.best_loss, found.state.waited) == (0.25, 1)
    assert type(found.constraint) is type(constraint)
    for ours, theirs in zip(found.constraint.parts, constraint.parts, strict=True):
        assert [part[:2] for part in ours] == [part[:2] for part in theirs]
        assert _same([part[2] for part in ours], [part[2] for part in theirs])


def test_losses_that_are_not_there_yet(tmp_path: Path) -> None:
    _checkpoints(tmp_path).save_baseline(_saved(state=TrainingState([], [])))
    found = _checkpoints(tmp_path).baseline()
    assert found is not None
    assert found.state.best_loss == float("inf")
    assert (found.state.weights, found.state.best_weights) == ([], [])


def test_what_the_face_is_told(tmp_path: Path) -> None:
    assert find_checkpoint(tmp_path) is None
    assert find_checkpoint(tmp_path / "nowhere") is None
    _checkpoints(tmp_path).save(_saved())
    found = find_checkpoint(tmp_path)
    assert found is not None
    assert (found.model, found.data, found.recipe) == ("m.keras", "digits", RECIPE)
    assert (found.phase, found.epoch, found.epochs) == ("finetune", 2, 3)


@pytest.mark.parametrize(
    "other",
    [
        {"recipe": replace(RECIPE, seed=1)},
        {"recipe": replace(RECIPE, finetune=Training(epochs=4))},
        {"data": b"other data"},
    ],
)
def test_another_run_does_not_go_on(other: dict[str, Any], tmp_path: Path) -> None:
    assert not _checkpoints(tmp_path).of_another_run
    _checkpoints(tmp_path).save(_saved())
    stranger = _checkpoints(tmp_path, **other)
    assert stranger.last() is None
    assert stranger.of_another_run
    renamed = _checkpoints(tmp_path, replace(RECIPE, name="another name", description="of the same"))
    assert renamed.last() is not None
    assert not renamed.of_another_run


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", "half"])
def test_a_broken_file_is_as_none(content: bytes | str, tmp_path: Path) -> None:
    checkpoints = _checkpoints(tmp_path)
    checkpoints.save(_saved())
    path = tmp_path / FOLDER / "last-epoch.npz"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if isinstance(content, str) else content)
    assert checkpoints.last() is None
    assert find_checkpoint(tmp_path) is None
    assert checkpoints.of_another_run


def test_one_without_an_epoch_is_as_none(tmp_path: Path) -> None:
    _checkpoints(tmp_path).save_baseline(_saved(history=()))
    assert find_checkpoint(tmp_path) is None
    assert _checkpoints(tmp_path).baseline() is None


def test_a_full_disk_is_told_and_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoints = _checkpoints(tmp_path)
    checkpoints.save(_saved(sparsity=0.1))

    def full(file: Any, **arrays: Any) -> None:
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(ThimbleError, match=r"after epoch 2 cannot be written .*: No space left") as caught:
        checkpoints.save(_saved(sparsity=0.2))
    assert caught.value.code == "cannot-write"
    assert "start the same run again" in caught.value.hint
    found = checkpoints.last()
    assert found is not None
    assert found.sparsity == 0.1
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == ["last-epoch.npz"]


def test_they_do_not_grow(tmp_path: Path) -> None:
    checkpoints = _checkpoints(tmp_path)
    for _ in range(5):
        checkpoints.save(_saved())
        checkpoints.save_baseline(_saved())
    assert len(list((tmp_path / FOLDER).iterdir())) == 2
    checkpoints.clear()
    assert list(tmp_path.iterdir()) == []
