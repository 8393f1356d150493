"""One damaged file after another through the frontend and the compiler, watched."""

from __future__ import annotations

import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from codegen.compiler import compile_model
from codegen.emit.project import project_sources
from codegen.errors import CodegenError
from codegen.frontends import load_graph
from codegen.graph import Graph
from codegen.targets.board import find_board
from tests.fuzz import onnx_mutations, tflite_mutations
from tests.fuzz.damage import DAMAGES
from tests.fuzz.extremes import EXTREMES
from tests.fuzz.seeds import SEEDS

#: A file of some kilobytes takes milliseconds; more than this is a hang.
CASE_SECONDS = 20.0
#: In turn: each has kernels of its own.
_BOARDS = ("host", "virtual-pico", "virtual-nano")
#: Larger networks that are valid would only take long to write out.
_MOST_ELEMENTS = 2**20
_MUTATED = {"onnx": onnx_mutations.mutated, "tflite": tflite_mutations.mutated}


class FaultFoundError(Exception):
    """A file that ended in anything but a CodegenError or C code."""

    def __init__(self, seed: int, content: bytes, what: str) -> None:
        super().__init__(f"file {seed}: {what}")
        self.seed = seed
        self.content = content


class _TooSlowError(Exception):
    """The alarm went off."""


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise _TooSlowError(f"more than {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def fuzz(name: str, count: int, seed: int, folder: Path) -> Iterator[str]:
    """How each of `count` damaged files of a format ends: an error's code, or "no error". Raises
    FaultFoundError."""
    seeds, extremes = SEEDS[name](), EXTREMES[name]()
    for number in range(seed, seed + count):
        content = damaged(seeds, extremes, name, number)
        path = folder / f"model.{name}"
        path.write_bytes(content)
        yield _end(path, number, content)


def damaged(seeds: list[bytes], extremes: list[bytes], name: str, number: int) -> bytes:
    """The file with this number; the same always. The first ones are the extremes as they are."""
    if number < len(extremes):
        return extremes[number]
    rng = np.random.default_rng(number)
    content = seeds[int(rng.integers(0, len(seeds)))]
    if rng.random() < 0.6:
        return _MUTATED[name](content, rng)
    return DAMAGES[int(rng.integers(0, len(DAMAGES)))](content, rng)


def _end(path: Path, number: int, content: bytes) -> str:
    """How one file ended."""
    try:
        with _alarm(CASE_SECONDS):
            graph = load_graph(path)
            if _is_small(graph):
                board = find_board(_BOARDS[number % len(_BOARDS)])
                project_sources(compile_model(graph, board))
    except CodegenError as error:
        if not error.what or not error.hint or error.code == "out-of-memory":
            raise FaultFoundError(number, content, f"{error.code}: {error.what} ({error.hint})") from error
        return error.code
    except Exception as error:
        raise FaultFoundError(number, content, traceback.format_exc()) from error
    return "no error"


def _is_small(graph: Graph) -> bool:
    return sum(tensor.elements for tensor in graph.tensors.values()) < _MOST_ELEMENTS
