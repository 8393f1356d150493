"""The build options: the same wherever code is built."""

from __future__ import annotations

from dataclasses import dataclass

from codegen.errors import CodegenError
from codegen.plan import DEFAULT_PLANNER, PLANNERS
from codegen.sparse import ENCODINGS
from codegen.toolchain import COMPILERS


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """`encoding` is how sparse weights are stored; `auto` takes what is smallest, layer by layer, `fastest`
    what takes the fewest cycles. `profile` counts each layer apart, on microcontrollers: to measure, not to
    use, and a little slower and larger than predicted."""

    compiler: str = "zig"
    encoding: str = "auto"
    planner: str = DEFAULT_PLANNER
    profile: bool = False

    def __post_init__(self) -> None:
        _one_of("compiler", self.compiler, COMPILERS)
        _one_of("encoding", self.encoding, ENCODINGS)
        _one_of("planner", self.planner, PLANNERS)


def _one_of(what: str, value: str, known: object) -> None:
    names = list(known)  # type: ignore[call-overload]
    if value not in names:
        raise CodegenError(
            f"unknown-{what}", f"there is no {what} {value!r}", f"use one of: {', '.join(names)}"
        )
