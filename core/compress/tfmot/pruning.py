"""Pruning of single weights by tfmot's `prune_low_magnitude`. For the engine's own worker.

tfmot prunes each layer to a fraction of its own, while it trains. Which fraction that is follows from the
recipe: the weights of all layers are ranked once, before training, and each layer is pruned to the share of
its weights that fell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.compress.elementwise import choose_masks
from core.models.keras_graph import graph_of_model
from core.recipe import Prune, Schedule

#: Exponents of tfmot's PolynomialDecay; 3 is Zhu and Gupta 2017, To prune, or not to prune, equation 1.
_POWERS = {Schedule.ITERATIVE: 1, Schedule.AGP: 3}
#: What tfmot prunes; of a separable convolution the second half, and no depthwise kernels.
_PRUNABLE = ("Conv1D", "Conv2D", "Dense", "SeparableConv2D")


@dataclass(frozen=True, slots=True, eq=False)
class Pruning:
    """`model` is the tf_keras model in tfmot's wrappers, whose masks follow the schedule as it trains."""

    model: Any
    last_step: int

    def bind(self, model: Any) -> Callable[[], None]:
        """After each batch the masked weights are zero again: see `core.compress.constraints.Constraint`."""
        operations = [layer.pruning_obj.weight_mask_op for layer in _wrapped(model)]

        def hold() -> None:
            for operation in operations:
                operation()

        return hold

    def finish(self) -> Any:
        """The model without wrappers, at its final sparsity, whether it was trained or not."""
        import tensorflow_model_optimization as tfmot

        for layer in _wrapped(self.model):
            if int(layer.pruning_step.numpy()) < self.last_step:
                layer.pruning_step.assign(self.last_step)
                layer.pruning_obj.conditional_mask_update()
            layer.pruning_obj.weight_mask_op()
        return tfmot.sparsity.keras.strip_pruning(self.model)

    @property
    def zeros(self) -> int:
        """Weights that are masked now."""
        masks = [mask.numpy() for layer in _wrapped(self.model) for _, mask, _ in layer.pruning_vars]
        return sum(int(np.count_nonzero(mask == 0.0)) for mask in masks)


def for_tfmot(model: Any, prune: Prune) -> Prune:
    """The recipe's section without the layers that tfmot does not prune: its target is of the others."""
    spared = dict.fromkeys(spared_by_tfmot(model), 0.0)
    return replace(prune, layers={**prune.layers, **spared})


def spared_by_tfmot(model: Any) -> list[str]:
    """The layers whose weights tfmot does not prune, though Thimble would."""
    graph = graph_of_model(model)
    prunable = {layer.name for layer in model.layers if type(layer).__name__ in _PRUNABLE}
    return [op.name for op in graph.ops if graph.weight(op) is not None and op.name not in prunable]


def shares_of(model: Any, prune: Prune) -> Mapping[str, float]:
    """The fraction of each layer's weights that goes, by the names of the Keras 3 model's layers."""
    masks = choose_masks(graph_of_model(model), for_tfmot(model, prune))
    return {name: 1.0 - float(mask.mean()) for name, mask in masks.items()}


def wrapped_for_pruning(twin: Any, shares: Mapping[str, float], prune: Prune, batches: int) -> Pruning:
    """`twin` (tf_keras) with wrappers that prune to `shares` within `batches` batches of training.

    The steps come at equal distances, the first one before the first batch, as when Thimble prunes.
    """
    import tensorflow_model_optimization as tfmot
    import tf_keras

    steps = 1 if prune.schedule is Schedule.ONE_SHOT else max(min(prune.steps, batches), 1)
    between = max(batches // steps, 1)
    last = steps * between

    def wrapped(layer: Any) -> Any:
        share = shares.get(layer.name, 0.0)
        if share <= 0.0:
            return layer
        schedule = _schedule(prune.schedule, share, between, last)
        return tfmot.sparsity.keras.prune_low_magnitude(layer, pruning_schedule=schedule)

    model = tf_keras.models.clone_model(twin, clone_function=wrapped)
    for layer in _wrapped(model):
        layer.pruning_step.assign(between - 1)  # the first batch counts it up to the first step
    return Pruning(model, last)


def _schedule(schedule: Schedule, share: float, between: int, last: int) -> Any:
    import tensorflow_model_optimization as tfmot

    if schedule is Schedule.ONE_SHOT:
        return tfmot.sparsity.keras.ConstantSparsity(share, begin_step=0, frequency=between)
    return tfmot.sparsity.keras.PolynomialDecay(
        0.0, share, begin_step=0, end_step=last, power=_POWERS[schedule], frequency=between
    )


def _wrapped(model: Any) -> list[Any]:
    return [layer for layer in model.layers if hasattr(layer, "pruning_obj")]


def zero_share(model: Any, prune: Prune) -> float:
    """Weights of the Keras 3 model that are zero, as a fraction of those that tfmot's target is of."""
    graph, prune = graph_of_model(model), for_tfmot(model, prune)
    kernels = {op.name: np.asarray(w.data) for op in graph.ops if (w := graph.weight(op)) is not None}
    free = [kernel for name, kernel in kernels.items() if name not in prune.layers]
    zeros = sum(int(np.count_nonzero(kernel == 0.0)) for kernel in free)
    return zeros / max(sum(kernel.size for kernel in free), 1)
