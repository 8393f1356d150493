"""Keras' names of activations: read from Keras models, and written into those that are made of Graphs."""

from __future__ import annotations

from collections.abc import Mapping

from codegen.graph import Exp, HardSwish, LogSoftmax, Op, Sigmoid, Silu, Tanh

#: Operators that take nothing but their input.
PLAIN: Mapping[str, type[Op]] = {
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "silu": Silu,
    "hard_swish": HardSwish,
    "exponential": Exp,
    "log_softmax": LogSoftmax,
}
#: Other names of the same.
ALIASES: Mapping[str, type[Op]] = {"swish": Silu, "hard_silu": HardSwish}
