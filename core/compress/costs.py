"""How the time of a recipe is spread over its steps: estimates for the progress bar. NumPy alone."""

from __future__ import annotations

from codegen.graph import Graph, macs
from core.compress import structured
from core.compress.criteria import ranked_without_data
from core.compress.steps import Phase, Step, plan_steps
from core.recipe import PruneKind, Recipe

#: What an epoch costs besides its multiply-accumulates, in multiply-accumulates of one sample.
_OVERHEAD_MACS = 1_500_000
#: What a step without epochs costs, in epochs.
_STEP_EPOCHS = 0.1
#: A teacher computes forwards alone, a student backwards too, which is twice the work.
_TEACHER_SHARE = 1 / 3


def step_ends(recipe: Recipe, original: Graph) -> tuple[float, ...]:
    """Where each of the steps of `plan_steps` begins and ends in the whole: 0, …, 1.

    The shapes after a step are guessed from the untouched weights: good enough for a progress bar.
    """
    costs = [_cost(step, recipe, original) for step in plan_steps(recipe)]
    total = sum(costs) or 1.0
    return tuple(sum(costs[:number]) / total for number in range(len(costs) + 1))


def _cost(step: Step, recipe: Recipe, original: Graph) -> float:
    graph = original
    if step.phase is not Phase.TRAIN and recipe.prune and recipe.prune.kind is PruneKind.STRUCTURED:
        guess = structured.choose(original, ranked_without_data(step.prune or recipe.prune))
        graph = structured.prune_graph(original, guess)
    work: float = _all_macs(graph) + _OVERHEAD_MACS
    if recipe.distill is not None and step.phase is not Phase.TRAIN:
        work += _TEACHER_SHARE * _all_macs(original)
    return max(len(step.epochs), _STEP_EPOCHS) * work


def _all_macs(graph: Graph) -> int:
    return sum(macs(graph, op) for op in graph.ops)
