"""What must stay true of a model's weights while it is fine-tuned. For worker processes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

Factors = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int32]


#: By codebook, or all in one: layer, number of the weight in Keras' order, and a number for each element.
Parts = tuple[tuple[tuple[str, int, npt.NDArray[Any]], ...], ...]


class Holding(Protocol):
    """What a training step lets hold again after each batch: a `Constraint`, or another engine's own."""

    def bind(self, model: Any) -> Callable[[], None]:
        """A function of TensorFlow operations: part of a compiled training step."""
        ...


class Constraint(ABC):
    """Holds for a model whose layers have certain names and shapes."""

    #: Names it in checkpoints.
    kind: ClassVar[str]

    @property
    @abstractmethod
    def parts(self) -> Parts:
        """What it is made of, for `of_parts`."""

    @classmethod
    @abstractmethod
    def of_parts(cls, parts: Parts) -> Constraint:
        """The constraint of these parts."""

    @abstractmethod
    def bind(self, model: Any) -> Callable[[], None]:
        """A function of TensorFlow operations that makes it hold again: part of a compiled training step."""

    def apply(self, model: Any) -> None:
        """Change the weights of `model` so that it holds."""
        self.bind(model)()


@dataclass(frozen=True, slots=True)
class Unconstrained(Constraint):
    kind = "none"
    parts = ()

    @classmethod
    def of_parts(cls, parts: Parts) -> Unconstrained:
        """It has none."""
        return cls()

    def bind(self, model: Any) -> Callable[[], None]:
        """Every weight is as good as any other."""
        return lambda: None


@dataclass(frozen=True, slots=True, eq=False)
class Masked(Constraint):
    """Zeros stay zero: layer, number of the weight in Keras' order, and 0 or 1 for each of its elements."""

    factors: tuple[tuple[str, int, Factors], ...]
    kind = "masked"

    @property
    def parts(self) -> Parts:
        """One book of bools: they take a quarter of the room."""
        return (tuple((layer, place, factor.astype(np.bool_)) for layer, place, factor in self.factors),)

    @classmethod
    def of_parts(cls, parts: Parts) -> Masked:
        """The masks of the one book."""
        return cls(tuple((layer, place, mask.astype(np.float32)) for layer, place, mask in parts[0]))

    def bind(self, model: Any) -> Callable[[], None]:
        """Multiply by the factors."""
        import tensorflow as tf

        # Made outside the compiled step, the factors are its inputs and not copies inside its graph.
        pairs = [
            (_variable(model, layer, place), tf.constant(factor, tf.float32))
            for layer, place, factor in self.factors
        ]

        def hold() -> None:
            for variable, factor in pairs:
                variable.assign(variable * factor)

        return hold


@dataclass(frozen=True, slots=True, eq=False)
class Clustered(Constraint):
    """Weights of a cluster share one value, and zeros stay zero.

    By codebook the places that use it: layer, number of the weight in Keras' order, and the cluster of each
    of its elements; cluster 0 is that of the zeros. The shared value becomes the mean of its members, which
    moves it by the mean of their gradients (Han et al. 2016, Deep Compression, section 3, uses the sum).
    """

    books: tuple[tuple[tuple[str, int, Labels], ...], ...]
    kind = "clustered"

    @property
    def parts(self) -> Parts:
        """The codebooks."""
        return self.books

    @classmethod
    def of_parts(cls, parts: Parts) -> Clustered:
        """The codebooks."""
        return cls(parts)

    def bind(self, model: Any) -> Callable[[], None]:
        """Take the means, in float64: they must not drift."""
        holds = [_bound_book(model, book) for book in self.books]

        def hold() -> None:
            for hold_book in holds:
                hold_book()

        return hold


def _bound_book(model: Any, book: tuple[tuple[str, int, Labels], ...]) -> Callable[[], None]:
    import tensorflow as tf

    variables = [_variable(model, layer, place) for layer, place, _ in book]
    sizes = [own.size for _, _, own in book]
    # NumPy's bincount is ten times as fast as TensorFlow's sums over segments.
    labels = np.concatenate([own.reshape(-1) for _, _, own in book]).astype(np.intp)
    counts = np.bincount(labels)

    def shared(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        means = np.bincount(labels, weights=values) / np.maximum(counts, 1)
        means[0] = 0.0
        return np.take(means.astype(np.float32), labels)

    def hold() -> None:
        values = tf.concat([tf.reshape(variable, [-1]) for variable in variables], 0)
        parts = tf.split(
            tf.ensure_shape(tf.numpy_function(shared, [values], tf.float32), [sum(sizes)]), sizes
        )
        for variable, part in zip(variables, parts, strict=True):
            variable.assign(tf.reshape(part, variable.shape))

    return hold


def _variable(model: Any, layer: str, place: int) -> Any:
    """TensorFlow's own variable of a weight."""
    return model.get_layer(layer).weights[place].value


CONSTRAINTS: dict[str, type[Constraint]] = {kind.kind: kind for kind in (Unconstrained, Masked, Clustered)}
