"""The sections of a recipe as values: everything that a recipe can say has a control."""

import dataclasses
import typing
from enum import Enum

import pytest

from core.flow.sections import Section, default_of, keys_of
from core.recipe import Cluster, Recipe


def test_every_section_of_a_recipe_can_be_edited() -> None:
    sections = {
        field.name
        for field in dataclasses.fields(Recipe)
        if any(dataclasses.is_dataclass(arg) for arg in _alternatives(field.name))
    }
    assert sections == {section.value for section in Section}


@pytest.mark.parametrize("section", list(Section))
def test_keys_know_their_kind_their_limits_and_a_line_about_them(section: Section) -> None:
    default = default_of(section)
    keys = keys_of(section)
    left_out = {field.name for field in dataclasses.fields(default)} - keys.keys()
    assert left_out <= {"layers"}
    for key in keys.values():
        assert key.about
        value = getattr(default, key.name)
        assert value == key.default
        assert (value is None and key.optional) or isinstance(value, key.kind)
        if issubclass(key.kind, int | float) and not issubclass(key.kind, bool):
            assert key.low is not None
        assert not issubclass(key.kind, str) or issubclass(key.kind, Enum), "a choice is an enum"


def test_limits_come_from_the_recipe() -> None:
    clusters = keys_of(Section.CLUSTER)["clusters"]
    assert (clusters.low, clusters.high, clusters.default) == (2, 256, Cluster().clusters)


def _alternatives(name: str) -> tuple[object, ...]:
    hint = typing.get_type_hints(Recipe)[name]
    return typing.get_args(hint) or (hint,)
