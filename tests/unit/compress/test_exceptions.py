"""Exceptions by layer are checked against the file, before TensorFlow starts."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest

from core.compress.pipeline import check_exceptions
from core.errors import ThimbleError
from core.recipe import Prune, PruneKind, Recipe
from tests.unit.models.keras_files import write_small_net


def _recipe(kind: PruneKind, layer: str) -> Recipe:
    return Recipe("r", prune=Prune(kind, layers=MappingProxyType({layer: 0.5})))


@pytest.mark.parametrize("kind", PruneKind)
def test_a_layer_that_is_not_there_is_told_with_those_that_are(tmp_path: Path, kind: PruneKind) -> None:
    path = str(write_small_net(tmp_path / "m.keras"))
    with pytest.raises(ThimbleError) as caught:
        check_exceptions(_recipe(kind, "nowhere"), path)
    assert caught.value.code == "unknown-layer"
    assert "nowhere" in caught.value.what
    known = caught.value.hint.rpartition(": ")[2].split(", ")
    for layer in known:
        check_exceptions(_recipe(kind, layer), path)


def test_nothing_is_read_where_the_recipe_names_no_layer() -> None:
    check_exceptions(Recipe("r", prune=Prune()), "nowhere.keras")
