"""Recipe files: they round-trip, and an error names the line, the key and what is allowed."""

import dataclasses
import typing
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ThimbleError
from core.presets import DEFAULT_PRESET, all_presets, find_preset
from core.recipe import Augment, Cluster, Distill, Prune, PruneKind, Quantize, QuantizeKind, Recipe, Training
from core.recipe_toml import read_recipe, recipe_from_dict, recipe_from_text, recipe_to_dict, write_recipe

_NAMES = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1).filter(str.strip)


def _values(field: dataclasses.Field[Any], hint: Any) -> st.SearchStrategy[Any]:
    """Every value that a key allows, from its type and range."""
    low, high = field.metadata.get("low"), field.metadata.get("high")
    if hint is bool:
        return st.booleans()
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    if hint is int:
        return st.integers(int(low), int(high))
    if hint is float:
        return st.floats(low, high, allow_nan=False, allow_infinity=False)
    if hint is str:
        return st.text(st.characters(blacklist_categories=["Cs"]))
    return st.dictionaries(_NAMES, st.floats(0.0, 0.999)).map(MappingProxyType)


def _section(kind: type[Any]) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(kind)
    fields = {f.name: f for f in dataclasses.fields(kind) if f.name != "threshold"}
    return st.builds(kind, **{name: _values(field, hints[name]) for name, field in fields.items()})


_THRESHOLDS = st.floats(0.0, 1e6).map(lambda value: Prune(threshold=value))
RECIPES = st.builds(
    Recipe,
    name=_NAMES,
    seed=st.integers(0, 2**31),
    description=st.text(st.characters(blacklist_categories=["Cs"])),
    train=st.none() | _section(Training),
    prune=st.none() | _section(Prune) | _THRESHOLDS,
    finetune=st.none() | _section(Training),
    augment=st.none() | _section(Augment),
    distill=st.none() | _section(Distill),
    cluster=st.none() | _section(Cluster),
    quantize=_section(Quantize),
)


@given(RECIPES)
def test_a_recipe_round_trips(recipe: Recipe) -> None:
    import tomli_w

    assert recipe_from_dict(recipe_to_dict(recipe)) == recipe
    assert recipe_from_text(tomli_w.dumps(recipe_to_dict(recipe))) == recipe


def test_a_recipe_round_trips_through_a_file(tmp_path: Path) -> None:
    recipe = Recipe("Größe", prune=Prune(PruneKind.ELEMENT, layers={"conv 2d": 0.5}))
    path = tmp_path / "recipe.toml"
    write_recipe(recipe, path)
    assert read_recipe(path) == recipe
    assert [p.name for p in tmp_path.iterdir()] == ["recipe.toml"]


def test_everything_but_the_name_has_a_default() -> None:
    assert recipe_from_text('name = "n"') == Recipe("n")
    assert recipe_from_text('name = "n"\n[prune]\n') == Recipe("n", prune=Prune())
    assert recipe_from_text('name = "n"\n[finetune]\nlearning_rate = 1').finetune == Training(
        learning_rate=1.0
    )


@pytest.mark.parametrize(
    ("text", "line", "key", "allowed"),
    [
        ('name = "n"\n\n[prune]\nsparcity = 0.5', 4, "prune.sparcity", "did you mean sparsity?"),
        ('name = "n"\n[foo]\nx = 1', 2, "foo", "prune, finetune"),
        ('name = "n"\n[prune]\nkind = "pretty"', 3, "prune.kind", "structured, element"),
        ('name = "n"\n[prune]\nsparsity = 1.5', 3, "prune.sparsity", "a number from 0 to 0.999"),
        ('name = "n"\n[prune]\nsparsity = nan', 3, "prune.sparsity", "a number from 0 to 0.999"),
        ('name = "n"\n[prune]\nsparsity = "half"', 3, "prune.sparsity", "a number"),
        ('name = "n"\n[prune]\nsteps = 2.5', 3, "prune.steps", "a whole number from 1 to 100"),
        ('name = "n"\n[prune]\nsteps = true', 3, "prune.steps", "a whole number"),
        ('name = "n"\n[prune]\nthreshold = -1', 3, "prune.threshold", "from 0"),
        ('name = "n"\n[prune]\nsparsity = 0.5\nthreshold = 1', 4, "prune.threshold", "one of the two"),
        ('name = "n"\n[prune.layers]\n"my conv" = 1.0', 3, "prune.layers.my conv", "from 0 to 0.999"),
        ('name = "n"\n# [prune]\nprune.steps = 0', 3, "prune.steps", "from 1 to 100"),
        ('name = "n"\nprune = { steps = 0 }', 2, "prune.steps", "from 1 to 100"),
        ('name = "n"\nprune = 3', 2, "prune", "section"),
        ('name = "n"\n[augment]\nflip = 1', 3, "augment.flip", "true or false"),
        ("name = 3", 1, "name", "text in quotes"),
        ('name = "n"\nseed = "x"', 2, "seed", "a whole number"),
        ('name = "n"\nseed = -1', 2, "seed", "a whole number from 0 to 4294967295"),
        ('name = "n"\nseed = 4294967296', 2, "seed", "from 0 to 4294967295"),
    ],
)
def test_an_error_names_line_key_and_what_is_allowed(text: str, line: int, key: str, allowed: str) -> None:
    with pytest.raises(ThimbleError) as caught:
        recipe_from_text(text, "my.toml")
    assert caught.value.code == "bad-recipe"
    assert f"my.toml, line {line}:" in caught.value.what
    assert repr(key) in caught.value.what
    assert allowed in caught.value.hint


@pytest.mark.parametrize("text", ["", "seed = 1", 'name = "  "'])
def test_a_recipe_needs_a_name(text: str) -> None:
    with pytest.raises(ThimbleError) as caught:
        recipe_from_text(text)
    assert "name" in caught.value.what
    assert 'name = "' in caught.value.hint


def test_broken_toml_names_the_line() -> None:
    with pytest.raises(ThimbleError, match="line 2"):
        recipe_from_text('name = "n"\n[prune\n')


def test_a_recipe_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ThimbleError) as caught:
        read_recipe(tmp_path / "none.toml")
    assert caught.value.code == "missing-file"
    with pytest.raises(ThimbleError) as caught:
        read_recipe(tmp_path)
    assert caught.value.code == "bad-recipe"


def test_the_presets() -> None:
    presets = all_presets()
    assert next(iter(presets)) == DEFAULT_PRESET
    assert {"structured-int8", "sparse-int8"} < set(presets)
    for recipe in presets.values():
        assert recipe.prune is not None
        assert recipe.quantize.kind is QuantizeKind.INT8
        assert recipe.description
    assert presets["structured-int8"].prune.kind is PruneKind.STRUCTURED  # type: ignore[union-attr]
    assert presets["sparse-int8"].prune.kind is PruneKind.ELEMENT  # type: ignore[union-attr]


def test_an_unknown_preset_names_the_others() -> None:
    with pytest.raises(ThimbleError) as caught:
        find_preset("magic")
    assert "structured-int8" in caught.value.hint
