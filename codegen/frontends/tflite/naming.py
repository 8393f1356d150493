"""Names for people from the names in the file."""

from __future__ import annotations

from typing import Any


def layer_name(tensor_name: str, kind: str) -> str:
    """The Keras layer that a TFLite tensor came from: ``model/conv2d/Relu;…`` is ``conv2d``."""
    parts = tensor_name.split(";", maxsplit=1)[0].split("/")
    return parts[-2] if len(parts) >= 2 else kind.lower()


def text(name: Any) -> str:
    """A name as the flatbuffer holds it."""
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
