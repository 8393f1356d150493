"""What a job measures on request beside a series of inferences: windows of time, and each layer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy.typing as npt

from codegen.compiler import Compilation
from codegen.targets.board import Board
from core.bench import Facts
from core.bench.profile import Profile
from core.bench.profiling import PROFILE_RUNS, build_profiling, profile_layers
from core.bench.windows import EMULATED_WINDOW_S, WINDOW_S, OnWindow, WindowPlan, WindowProgress
from core.boards.flashing.base import Surroundings
from core.boards.placing import place
from core.boards.session import Placed
from core.jobs.context import JobContext
from core.jobs.priority import lowered
from core.paths import cache_dir
from core.versions import version_of
from core.work_folder import work_folder

Array = npt.NDArray[Any]
Alone = Callable[[], AbstractContextManager[object]]


def around_board(context: JobContext, alone: Alone) -> Surroundings:
    """Where a job puts a program on a board: what it says goes to `context`, and it must not be cut off."""

    def tell(part: float, text: str) -> None:
        context.progress(part, text, cancellable=False)

    return Surroundings(tell, alone=alone, log=context.log)


def facts_of(board: Board, compiler: str) -> Facts:
    """What built and ran the generated C."""
    packages = ("thimble", "unicorn") if board.virtual else ("thimble",)
    tools = {package: version_of(package) for package in packages}
    return Facts(clock_hz=board.clock_hz or None, compiler=compiler, tools=tools)


def window_plan(params: dict[str, Any], board: Board) -> WindowPlan | None:
    """The windows that were asked for; on an emulated board, whose times do not scatter, short ones.

    Raises ThimbleError ``bad-windows``.
    """
    if not params.get("windows"):
        return None
    usual_s = EMULATED_WINDOW_S if board.virtual else WINDOW_S
    return WindowPlan(int(params["windows"]), float(params.get("window_s") or usual_s))


def window_watcher(context: JobContext, board: Board) -> OnWindow:
    """Tells each window that is over, as the partial `window`: index, inferences, seconds."""

    def watch(progress: WindowProgress) -> None:
        text = f"Window {progress.number} of {progress.plan.number} on {board.title}"
        context.progress(progress.done, text)
        if progress.over:
            told = {"index": progress.number - 1, "inferences": progress.inferences}
            context.partial("window", {**told, "seconds": progress.seconds})
        context.check_cancelled()

    return watch


def profile_of(
    compilation: Compilation, x: Array, port: str | None, context: JobContext, alone: Alone = nullcontext
) -> tuple[Profile, Placed]:
    """The cycles of each layer, from a build of its own, and how that got on the board and where it is.

    `x` is ``[samples, …]``, `port` and `alone` are as in `place`. Raises ThimbleError, CodegenError.
    """
    board = compilation.board
    context.progress(0.0, "Building the program that counts each layer")
    with work_folder() as work:
        image = lowered(lambda: build_profiling(compilation, work, cache_dir() / "compiler"))
        placed = place(image, compilation, port, around_board(context.section(0.4, 0.6), alone))
        context.check_cancelled()

        def watch(done: int) -> None:
            context.progress(0.6 + 0.4 * done / PROFILE_RUNS, f"Counting each layer on {board.title}")
            context.check_cancelled()

        return profile_layers(image, compilation, x, watch, placed), placed
