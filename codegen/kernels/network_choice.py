"""A second look at the kernels of a network, all together.

Each layer by itself takes the storage with the smallest weights and the fastest kernel for it. That can link
a kernel of 1 KB for one layer that saves 500 bytes by it, or that saves 200 of 13 million cycles.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from codegen.kernels.base import LoweredLayer
from codegen.kernels.choice import Choice

#: Of the network's cycles, what all that is left out may cost together.
_SLOWER = 0.01


class Together:
    """What a network's layers take. `brought` names, for each kernel, the functions of the runtime that it
    brings along, with their bytes; functions that several kernels need are there once."""

    def __init__(self, layers: Sequence[LoweredLayer], brought: Mapping[str, Mapping[str, int]]) -> None:
        self.layers = tuple(layers)
        self._brought = brought

    @cached_property
    def functions(self) -> dict[str, int]:
        """Every function of the runtime that is linked, in the order of the layers, with its bytes."""
        return {name: size for layer in self.layers for name, size in self._brought_by(layer).items()}

    @cached_property
    def flash_bytes(self) -> int:
        """Of code, weights and parameters; calls take the same whatever they call."""
        return sum(self.functions.values()) + sum(x.weights_bytes + x.params_bytes for x in self.layers)

    @property
    def cycles(self) -> int:
        return sum(layer.cycles for layer in self.layers)

    def without(self, function: str, choices: Sequence[Choice]) -> Together | None:
        """The same with this function of the runtime left out: each layer that needed it takes the kernel
        with which it adds the least flash to what is there all the same. None where a layer finds none."""
        there = Together([x for x in self.layers if not self._needs(x, function)], self._brought).functions
        layers = []
        for layer, choice in zip(self.layers, choices, strict=True):
            if self._needs(layer, function):
                able = [x for x in choice.allowed if not self._needs(x, function)]
                if not able:
                    return None
                layer = min(able, key=lambda x: (self._added_bytes(x, there), x.cycles))
                there = {**there, **self._brought_by(layer)}
            layers.append(layer)
        return Together(layers, self._brought)

    def _brought_by(self, layer: LoweredLayer) -> Mapping[str, int]:
        return self._brought[layer.function] if layer.function else {}

    def _needs(self, layer: LoweredLayer, function: str) -> bool:
        return function in self._brought_by(layer)

    def _added_bytes(self, layer: LoweredLayer, there: Collection[str]) -> int:
        code = sum(size for name, size in self._brought_by(layer).items() if name not in there)
        return code + layer.weights_bytes + layer.params_bytes


def choose_together(
    choices: Sequence[Choice], brought: Mapping[str, Mapping[str, int]]
) -> tuple[LoweredLayer, ...]:
    """What each layer takes, so that the whole takes no more flash than what each takes alone.

    As long as that saves flash and costs next to no cycles, leaves out the function of the runtime with
    which most is saved: one kernel's own, or one that several kernels share, which then go together.
    """
    alone = Together([choice.alone for choice in choices], brought)
    limit, best = alone.cycles * (1 + _SLOWER), alone
    while True:
        steps = [x for x in _steps(best, choices) if x.flash_bytes < best.flash_bytes and x.cycles <= limit]
        if not steps:
            return best.layers
        best = min(steps, key=lambda x: (x.flash_bytes, x.cycles))


def _steps(taken: Together, choices: Sequence[Choice]) -> Iterator[Together]:
    return (step for name in taken.functions if (step := taken.without(name, choices)) is not None)
