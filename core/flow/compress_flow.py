"""The Compress wizard without its face: the choices, their history, which step is unlocked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.errors import ThimbleError
from core.flow.draft import Draft, Problem, Step, problem_of, refusal
from core.flow.history import History
from core.flow.sections import Section, default_of
from core.recipe import Prune, PruneKind, Recipe, Training


class CompressFlow:
    """Holds the draft and its history, and tells listeners when it changes."""

    def __init__(self, presets: Mapping[str, Recipe]) -> None:
        self._presets = dict(presets)
        self._history = History(Draft(recipe=self._preset(PruneKind.STRUCTURED)))
        self._refused: set[Step] = set()
        self._switched_off: dict[Section, Any] = {}
        self._listeners: list[Callable[[], None]] = []

    # -- reading

    @property
    def draft(self) -> Draft:
        return self._history.value

    @property
    def recipe(self) -> Recipe:
        return self.draft.recipe

    @property
    def presets(self) -> Mapping[str, Recipe]:
        """The recipes that can be started from, by id."""
        return self._presets

    @property
    def can_undo(self) -> bool:
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        return self._history.can_redo

    @property
    def refusal(self) -> ThimbleError | None:
        """Why the recipe cannot be run, or None."""
        return refusal(self.draft)

    def section(self, section: Section) -> Any:
        """What the recipe says in a section; None when it is left out.

        How the data are read is always said: by the defaults where the recipe has nothing about it.
        """
        value = getattr(self.recipe, section.value)
        return default_of(section) if value is None and section is Section.DATA else value

    def problem(self, step: Step) -> Problem | None:
        """What still has to be done in a step, or None when it is finished."""
        problem = problem_of(self.draft, step)
        if problem is None and step in self._refused:
            return Problem.MODEL_REFUSED if step is Step.MODEL else Problem.DATA_REFUSED
        return problem

    def unlocked(self, step: Step) -> bool:
        """Whether the step may be entered: every step before it is finished."""
        steps = list(Step)
        return all(self.problem(earlier) is None for earlier in steps[: steps.index(step)])

    @property
    def ready(self) -> bool:
        """Whether the job may start."""
        return all(self.problem(step) is None for step in Step)

    def job_parameters(self, recipe_to_dict: Callable[[Recipe], dict[str, Any]]) -> dict[str, Any]:
        """The parameters of the task `compress`."""
        draft = self.draft
        return {
            "model": str(draft.model),
            "data": draft.data,
            "recipe": recipe_to_dict(draft.recipe),
            "out": str(draft.out),
        }

    # -- changing

    def subscribe(self, listener: Callable[[], None]) -> None:
        """`listener` is called after every change."""
        self._listeners.append(listener)

    def open(self, model: Path, data: str | None = None) -> None:
        """Start over with another model; the history begins anew."""
        data = self.draft.data if data is None else data
        recipe = self._preset(PruneKind.STRUCTURED)
        self.open_draft(Draft(recipe=recipe, model=model, data=data, board=self.draft.board))

    def open_draft(self, draft: Draft) -> None:
        """Start over with everything chosen already; the history begins anew."""
        self._history = History(draft)
        self._refused.clear()
        self._switched_off.clear()
        self._tell()

    def set_data(self, data: str) -> None:
        """Other data, or `WITHOUT_DATA`, may be fine with a model that was refused with these."""
        self._refused.clear()
        self._edit(replace(self.draft, data=data), "data")

    def refuse(self, step: Step) -> None:
        """The survey or the preview found that this model, or these data, cannot be used."""
        if step not in self._refused:
            self._refused.add(step)
            self._tell()

    def allow(self, step: Step) -> None:
        """It is tried again: what was found before does not count any more."""
        if step in self._refused:
            self._refused.discard(step)
            self._tell()

    def set_board(self, board: str) -> None:
        self._edit(replace(self.draft, board=board), None)

    def set_out(self, out: Path | None) -> None:
        self._edit(replace(self.draft, out=out), "out")

    def use_recipe(self, recipe: Recipe) -> None:
        """Take another recipe, a preset or one from a file; one that says nothing of the data leaves that."""
        self._edit_recipe(replace(recipe, data=recipe.data or self.recipe.data), None)

    def describe_recipe(self, **changes: Any) -> None:
        """Change the recipe's name, description or seed."""
        self._edit_recipe(replace(self.recipe, **changes), "recipe " + " ".join(sorted(changes)))

    def choose_pruning(self, kind: PruneKind | None) -> None:
        """Prune as the preset of this kind does, or not at all; what was set in other steps stays.

        The training goes along as long as it is that of a preset.
        """
        recipe = self.recipe
        changes: dict[str, Any] = {"prune": None}
        if kind is not None:
            changes["prune"] = self._preset(kind).prune
        if self._trains_as_a_preset(recipe):
            source = Recipe(name="") if kind is None else self._preset(kind)
            changes |= {"finetune": source.finetune, "augment": source.augment}
        if any(recipe.name == preset.name for preset in self._presets.values()):
            name = "Other numbers only" if kind is None else self._preset(kind).name
            about = "" if kind is None else self._preset(kind).description
            changes |= {"name": name, "description": about}
        self._edit_recipe(replace(recipe, **changes), None)

    def switch(self, section: Section, on: bool) -> None:
        """Leave a section out, or take it in again as it was; its defaults when it never was there."""
        now = self.section(section)
        if on == (now is not None):
            return
        if not on:
            self._switched_off[section] = now
        changes: dict[str, Any] = {section.value: None}
        if on:
            changes[section.value] = self._switched_off.get(section, default_of(section))
        self._edit_recipe(replace(self.recipe, **changes), None)

    def edit(self, section: Section, **changes: Any) -> None:
        """Change keys of a section. Nothing happens while it is left out."""
        now = self.section(section)
        if now is not None:
            what = " ".join((section.value, *sorted(changes)))
            self._edit_recipe(replace(self.recipe, **{section.value: replace(now, **changes)}), what)

    def end_edit(self) -> None:
        """A control was let go: the next change is an undo step of its own."""
        self._history.end_edit()

    def forget_history(self) -> None:
        """What is set now is the beginning: nothing to undo."""
        self._history = History(self.draft)
        self._tell()

    def undo(self) -> None:
        if self._history.undo():
            self._tell()

    def redo(self) -> None:
        if self._history.redo():
            self._tell()

    # -- inside

    def _preset(self, kind: PruneKind) -> Recipe:
        """The first preset recipe that prunes this way."""
        for recipe in self._presets.values():
            if recipe.prune is not None and recipe.prune.kind is kind:
                return recipe
        return Recipe(name=kind.value, prune=Prune(kind=kind), finetune=Training())

    def _trains_as_a_preset(self, recipe: Recipe) -> bool:
        known = [(preset.finetune, preset.augment) for preset in self._presets.values()]
        return (recipe.finetune, recipe.augment) in [*known, (None, None)]

    def _edit_recipe(self, recipe: Recipe, what: str | None) -> None:
        self._edit(replace(self.draft, recipe=recipe), what)

    def _edit(self, draft: Draft, what: str | None) -> None:
        if self._history.edit(draft, what):
            self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
