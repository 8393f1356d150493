"""What an engine is, as the desktop sees it; the runner has the code that drives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

#: (major, minor) of the Pi's Python.
PythonVersion = tuple[int, int]


class ModelForm(Enum):
    """What file an engine reads."""

    TFLITE = "tflite"
    ONNX = "onnx"
    KERAS = "keras"


@dataclass(frozen=True, slots=True)
class PiEngine:
    """`id` is what the runner calls it too.

    `packages` gives what pip installs for a Python; `disk_bytes` is what they take there, roughly. An engine
    with a `delegate` needs a library that pip does not have, is tried in a process of its own before it
    counts, and is replaced by the engine `fallback` where that fails.
    """

    id: str
    title: str
    about: str
    form: ModelForm
    packages: Callable[[PythonVersion], tuple[str, ...]]
    disk_bytes: int
    delegate: bool = False
    fallback: str | None = None
    #: Large or slow to install: only what somebody asked for by name.
    opt_in: bool = False
