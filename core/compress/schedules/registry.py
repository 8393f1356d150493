"""Every schedule; a new one is a file and a line here."""

from __future__ import annotations

from core import recipe
from core.compress.schedules.agp import Agp
from core.compress.schedules.base import Schedule
from core.compress.schedules.iterative import Iterative
from core.compress.schedules.one_shot import OneShot

SCHEDULES: dict[recipe.Schedule, Schedule] = {
    recipe.Schedule.ONE_SHOT: OneShot(),
    recipe.Schedule.ITERATIVE: Iterative(),
    recipe.Schedule.AGP: Agp(),
}


def find_schedule(kind: recipe.Schedule) -> Schedule:
    """The schedule that a recipe asks for."""
    return SCHEDULES[kind]
