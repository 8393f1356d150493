"""The optimizers of a recipe as Keras objects. For worker processes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.recipe import Optimizer, Training


def _sgd(options: Training) -> Any:
    import keras

    return keras.optimizers.SGD(
        options.learning_rate, momentum=options.momentum, weight_decay=options.weight_decay or None
    )


def _by_name(name: str) -> Callable[[Training], Any]:
    def make(options: Training) -> Any:
        import keras

        kind = getattr(keras.optimizers, name)
        return kind(options.learning_rate, weight_decay=options.weight_decay or None)

    return make


_MAKERS: dict[Optimizer, Callable[[Training], Any]] = {
    Optimizer.SGD: _sgd,
    Optimizer.SGD_DECAY: _sgd,
    Optimizer.ADAM: _by_name("Adam"),
    Optimizer.NADAM: _by_name("Nadam"),
    Optimizer.ADADELTA: _by_name("Adadelta"),
}


def make_optimizer(options: Training) -> Any:
    """The Keras optimizer that the recipe asks for, at its first learning rate."""
    return _MAKERS[options.optimizer](options)


def learning_rate(options: Training, epoch: int) -> float:
    """The learning rate in `epoch` (from 0): sgd-decay multiplies it by gamma every gamma_epochs."""
    if options.optimizer is not Optimizer.SGD_DECAY:
        return options.learning_rate
    return options.learning_rate * options.gamma ** (epoch // options.gamma_epochs)
