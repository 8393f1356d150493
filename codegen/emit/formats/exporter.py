"""What an export format is given, and what it makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from codegen.errors import CodegenError
from codegen.targets.board import Board

if TYPE_CHECKING:
    from codegen.emit.samples import Samples


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """A generated model on its way into a project.

    `name` is what its global names begin with, `title` what people call it, in one line. `sources` are the C
    files of the model and of the runtime by name. `samples` are for the example; a format without one needs
    none. `beside` has the C files, those of the runtime included, of the models that are in the folder
    already.
    """

    name: str
    title: str
    board: Board
    sources: Mapping[str, str]
    samples: Samples | None = None
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def c_files(self) -> tuple[str, ...]:
        return tuple(sorted(name for name in self.sources if name.endswith(".c")))

    @property
    def board_title(self) -> str:
        """The board that a virtual one stands for: the code is the same."""
        return self.board.title.removeprefix("Virtual ")

    def needed_samples(self) -> Samples:
        """Raises CodegenError ``no-samples`` when there are none."""
        if self.samples is None:
            raise CodegenError(
                "no-samples", "this format has an example, and there are no test inputs for it", "give some"
            )
        return self.samples


class Exporter(Protocol):
    """Puts the sources of a model into the layout that a build system wants.

    `source_folder` is where the C files of the runtime are inside the project, empty for its root. The texts
    have no time, path or user in them.
    """

    id: str
    title: str
    has_example: bool
    source_folder: str

    def files(self, export: Export) -> dict[str, str]:
        """Paths inside the project, with forward slashes, to contents."""
        ...
