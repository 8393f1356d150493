"""What a format of model files is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar

from codegen.graph import Graph
from core.errors import ThimbleError


@dataclass(frozen=True, slots=True)
class Opening:
    """How a file is to be opened. `allow_unsafe`: the user trusts it, code in it may run."""

    path: Path
    allow_unsafe: bool = False


@dataclass(frozen=True, slots=True)
class Ends:
    """What goes in and comes out, without the axis of the samples; None where only Keras can tell."""

    input: tuple[int, ...] | None = None
    outputs: int | None = None


def require_single_ends(source: object, inputs: int, outputs: int) -> None:
    """Raise ThimbleError ``not-there-yet`` for a network of several inputs or outputs."""
    if inputs != 1 or outputs != 1:
        raise ThimbleError(
            "not-there-yet",
            f"the network in {source} has more than one input or output ({inputs} in, {outputs} out)",
            "only models with one input and one output can be compressed so far",
        )


class Form(Enum):
    """What a model of another format is written as; valued by the endings."""

    KERAS = ".keras"
    TFLITE = ".tflite"


class ModelFormat(ABC):
    """One format. `endings` are of file names, in lower case; a format of folders has none.

    `compiles` says that the compiler reads such files as they are; `read_as` what such a model is written as
    before anything is read without TensorFlow, None where that is not needed.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    endings: ClassVar[tuple[str, ...]] = ()
    compiles: ClassVar[bool] = False
    read_as: ClassVar[Form | None] = None

    def accepts(self, path: Path) -> bool:
        """Whether the name of the file, or what lies in the folder, is of this format."""
        return path.suffix.lower() in self.endings

    @abstractmethod
    def check(self, opening: Opening) -> Ends:
        """Check in a moment, without TensorFlow and without running anything, what can be checked.

        Raises ThimbleError or CodegenError for files that are broken, unsafe, or not to be compressed.
        """

    @abstractmethod
    def load(self, opening: Opening) -> Any:
        """The trainable Keras 3 model, perhaps with models inside it. For worker processes.

        Raises ThimbleError or CodegenError.
        """

    def graph(self, opening: Opening) -> Graph | None:
        """The float Graph with the layers named as those of the Keras model that `load` gives, where that
        can be read without Keras; else None. The file was checked. Raises ThimbleError or CodegenError.
        """
        return None

    def load_tflite(self, opening: Opening) -> bytes | None:
        """The network as a float TFLite file, where the format gives one without a Keras model; else None."""
        return None
