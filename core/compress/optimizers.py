"""The optimizers of a recipe as objects of Keras 3 or tf_keras. For worker processes."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

from core.recipe import Optimizer, Training


def _sgd(keras: ModuleType, options: Training) -> Any:
    return keras.optimizers.SGD(
        options.learning_rate, momentum=options.momentum, weight_decay=options.weight_decay or None
    )


def _by_name(name: str) -> Callable[[ModuleType, Training], Any]:
    def make(keras: ModuleType, options: Training) -> Any:
        kind = getattr(keras.optimizers, name)
        return kind(options.learning_rate, weight_decay=options.weight_decay or None)

    return make


_MAKERS: dict[Optimizer, Callable[[ModuleType, Training], Any]] = {
    Optimizer.SGD: _sgd,
    Optimizer.SGD_DECAY: _sgd,
    Optimizer.ADAM: _by_name("Adam"),
    Optimizer.NADAM: _by_name("Nadam"),
    Optimizer.ADADELTA: _by_name("Adadelta"),
}


def make_optimizer(options: Training, model: Any) -> Any:
    """The optimizer that the recipe asks for, at its first learning rate, of the Keras that `model` is of."""
    keras = importlib.import_module(type(model).__module__.partition(".")[0])
    return _MAKERS[options.optimizer](keras, options)


def learning_rate(options: Training, epoch: int) -> float:
    """The learning rate in `epoch` (from 0): sgd-decay multiplies it by gamma every gamma_epochs."""
    if options.optimizer is not Optimizer.SGD_DECAY:
        return options.learning_rate
    return options.learning_rate * options.gamma ** (epoch // options.gamma_epochs)
