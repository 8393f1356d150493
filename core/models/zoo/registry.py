"""Every built-in architecture; a new one is a file and a line here."""

from __future__ import annotations

from core.errors import ThimbleError
from core.models.zoo.architecture import Architecture
from core.models.zoo.lenet import LENET, LENET_P

#: How a built-in architecture is written where a model file is expected: ``zoo:lenet``.
PREFIX = "zoo:"

_ALL = (LENET, LENET_P)


def all_architectures() -> dict[str, Architecture]:
    """By name."""
    return {architecture.name: architecture for architecture in _ALL}


def find_architecture(name: str) -> Architecture:
    """The architecture of this name. Raises ThimbleError ``unknown-model`` with the names that exist."""
    try:
        return all_architectures()[name]
    except KeyError:
        known = ", ".join(all_architectures())
        raise ThimbleError(
            "unknown-model", f"there is no built-in model {name!r}", f"use one of these: {known}"
        ) from None
