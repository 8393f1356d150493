"""Sensitivity: what the accuracy is when one layer alone is pruned, and not trained again.

For worker processes. After Li et al. 2017, Pruning Filters for Efficient ConvNets, section 3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from codegen.graph import Graph
from core.compress import elementwise, structured
from core.compress.criteria import Evidence, find_criterion
from core.compress.evidence import gather
from core.data import DataSet
from core.evaluate import score
from core.models.keras_graph import graph_of_model
from core.models.keras_surgery import with_weights_of
from core.recipe import Criterion, Prune, PruneKind

DEFAULT_FRACTIONS = (0.1, 0.3, 0.5, 0.7, 0.9)
DEFAULT_SAMPLES = 1000
_BATCH = 128


@dataclass(frozen=True, slots=True)
class Question:
    """What is tried: `fractions` of each layer's filters (structured) or weights (element), judged on at most
    `samples` test samples that the seed chooses."""

    kind: PruneKind = PruneKind.STRUCTURED
    criterion: Criterion = Criterion.L1
    fractions: tuple[float, ...] = DEFAULT_FRACTIONS
    samples: int = DEFAULT_SAMPLES
    seed: int = 0

    @property
    def prune(self) -> Prune:
        return Prune(kind=self.kind, criterion=self.criterion, sparsity=0.0)


@dataclass(frozen=True, slots=True)
class Tried:
    """One layer pruned by one fraction. `layers` are those that lose filters with it, itself first;
    `parameters` is what is left of the whole model: parameters (structured), or those not zero (element)."""

    layer: str
    layers: tuple[str, ...]
    fraction: float
    accuracy: float
    loss: float
    parameters: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """The model before anything is pruned, on the same samples."""

    accuracy: float
    loss: float
    parameters: int
    samples: int


#: Gets a result, the baseline, how many results there are by now, and how many there will be.
OnTried = Callable[[Tried, Baseline, int, int], None]


@dataclass(frozen=True, slots=True)
class _Variant:
    layers: tuple[str, ...]
    fraction: float
    graph: Graph


def check_question(question: Question) -> None:
    """Raise ThimbleError ``criterion-does-not-fit`` for a criterion that cannot rank what is to be pruned."""
    find_criterion(question.prune)


def measure(
    model: Any,
    data: DataSet,
    question: Question,
    on_tried: OnTried,
    check_cancelled: Callable[[], None],
) -> tuple[Baseline, tuple[Tried, ...]]:
    """Prune each layer alone by each fraction and test the model, in the order of the layers.

    `on_tried` gets each result. `check_cancelled` is called after each batch and may raise. `model` is left
    as it is. Raises ThimbleError as `check_question` and `core.compress.evidence.gather` do.
    """
    check_question(question)
    graph = graph_of_model(model)
    part = _test_part(data, question)
    evidence = gather(model, data, question.criterion, question.seed, check_cancelled)
    accuracy, loss = _tested(model, part, check_cancelled)
    baseline = Baseline(accuracy, loss, graph.parameters, len(part.y_test))
    total = len(_layers(graph, question.kind)) * len(question.fractions)
    tried: list[Tried] = []
    for variant in _VARIANTS[question.kind](graph, question, evidence):
        pruned = with_weights_of(model, variant.graph)
        accuracy, loss = _tested(pruned, part, check_cancelled)
        left = variant.graph.parameters if question.kind is PruneKind.STRUCTURED else variant.graph.nonzero
        tried.append(Tried(variant.layers[0], variant.layers, variant.fraction, accuracy, loss, left))
        on_tried(tried[-1], baseline, len(tried), total)
    return baseline, tuple(tried)


def _layers(graph: Graph, kind: PruneKind) -> tuple[tuple[str, ...], ...]:
    """What is pruned alone: the layers of a group, or a layer with weights. The first one names it."""
    if kind is PruneKind.ELEMENT:
        return tuple((op.name,) for op in graph.ops if graph.weight(op) is not None)
    alone: dict[str, tuple[str, ...]] = {}
    for group in structured.find_groups(graph):
        alone[group.layer] = tuple(dict.fromkeys((*alone.get(group.layer, ()), *group.layers)))
    return tuple(alone.values())


def _structured(graph: Graph, question: Question, evidence: Evidence | None) -> Iterator[_Variant]:
    for layers in _layers(graph, PruneKind.STRUCTURED):
        choices = structured.choose_alone(
            graph, question.prune, layers[0], question.fractions, question.seed, evidence
        )
        for fraction, kept in zip(question.fractions, choices, strict=True):
            yield _Variant(layers, fraction, structured.prune_graph(graph, kept))


def _element(graph: Graph, question: Question, evidence: Evidence | None) -> Iterator[_Variant]:
    for layers in _layers(graph, PruneKind.ELEMENT):
        for fraction in question.fractions:
            alone = Prune(
                kind=question.kind, criterion=question.criterion, sparsity=0.0, layers={layers[0]: fraction}
            )
            masks = elementwise.choose_masks(graph, alone, seed=question.seed, evidence=evidence)
            yield _Variant(layers, fraction, elementwise.mask_graph(graph, masks))


_VARIANTS: dict[PruneKind, Callable[[Graph, Question, Evidence | None], Iterator[_Variant]]] = {
    PruneKind.STRUCTURED: _structured,
    PruneKind.ELEMENT: _element,
}


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    x_test: Any
    y_test: Any
    class_names: tuple[str, ...]


def _test_part(data: DataSet, question: Question) -> _Part:
    order = np.random.default_rng(question.seed).permutation(len(data.y_test))[: question.samples]
    chosen = np.sort(order)
    return _Part(data.x_test[chosen], data.y_test[chosen], data.class_names)


def _tested(model: Any, part: _Part, check_cancelled: Callable[[], None]) -> tuple[float, float]:
    """Accuracy and loss. Called eagerly: compiling a graph for each of many models would take longer."""
    outputs = []
    for start in range(0, len(part.y_test), _BATCH):
        outputs.append(np.asarray(model(part.x_test[start : start + _BATCH], training=False)))
        check_cancelled()
    evaluation = score(np.concatenate(outputs), part.y_test, part.class_names)
    return evaluation.accuracy, evaluation.loss
