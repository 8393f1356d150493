"""How much room a model takes: as files, and as code on the boards. For worker processes."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from codegen.compiler import compile_model
from codegen.frontends import load_graph
from codegen.graph import Graph
from codegen.targets.target import WeightsIn
from core.boards.catalogue import board_named
from core.compress.compressed import Compressed
from core.compress.quantizers import find_quantizer
from core.compress.run_files import KERAS, ONNX, TFLITE
from core.data import DataSet
from core.errors import EXPECTED_ERRORS
from core.jobs.context import JobContext
from core.models.keras_writing import save_keras
from core.recipe import Quantize, QuantizeMode, Recipe

#: Whose memories are those of the real Pico and Nano.
BOARDS = ("virtual-pico", "virtual-nano")
#: Networks with more weights that are not zero fit no board; planning them would take minutes.
MOST_WEIGHTS = 4_000_000
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class FileSize:
    """Bytes as the file is, and after gzip at its best level."""

    size_bytes: int
    gzip_bytes: int


@dataclass(frozen=True, slots=True)
class OnBoard:
    """What the planner predicts for the generated C with its firmware. `flash_bytes` and `sram_bytes` count
    everything, `weights_in_sram_bytes` the copies of weights among the latter. Where there is no code,
    `reason` says why and the numbers are None."""

    board: str
    title: str
    flash_bytes: int | None = None
    weights_bytes: int | None = None
    code_bytes: int | None = None
    sram_bytes: int | None = None
    weights_in_sram_bytes: int | None = None
    arena_bytes: int | None = None
    fits: bool | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Footprint:
    """`keras_with_optimizer_bytes` is a `.keras` file with SGD's momentum: one slot for each weight that is
    trained. After gzip it is an estimate: the slots are taken to shrink as the weights do, whose zeros masked
    training gives them too. Files that were not made are None."""

    keras: FileSize
    keras_with_optimizer_bytes: int
    keras_with_optimizer_gzip_bytes: int
    tflite: FileSize | None
    onnx: FileSize | None
    boards: tuple[OnBoard, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


def footprint(model: Any, folder: Path, deployed: Path | None, context: JobContext) -> Footprint:
    """Of the Keras model and what lies in `folder`: model.keras and, if made, the converted files.

    `deployed` is the file that boards get, None when it was not made. `context` takes progress 0…1. Raises
    CancelledByUser between two parts.
    """
    found: dict[str, FileSize | None] = {}
    for place, name in enumerate((KERAS, TFLITE, ONNX)):
        context.progress(0.15 * place, "Measuring the files")
        path = folder / name
        found[name] = file_size(path, context.check_cancelled) if path.is_file() else None
    keras = found[KERAS]
    assert keras is not None  # noqa: S101 - promised by the caller
    context.progress(0.45, "Measuring the files")
    with_optimizer = keras_with_optimizer_bytes(model, folder / ".with-optimizer.keras")
    boards = on_boards(deployed, context.section(0.5, 1.0))
    packed = round(with_optimizer * keras.gzip_bytes / keras.size_bytes)
    return Footprint(keras, with_optimizer, packed, found[TFLITE], found[ONNX], boards)


def original_footprint(
    model: Any, graph: Graph, data: DataSet, recipe: Recipe, folder: Path, context: JobContext
) -> Footprint:
    """Of the model as it was, converted to the numbers that the recipe asks for, after training.

    So what quantization alone saves can be told from what pruning does. Nothing is left in `folder`. A model
    that is too large for every board is not converted. Raises CancelledByUser and ThimbleError.
    """
    folder.mkdir()
    save_keras(model, folder / KERAS)
    deployed = None
    if graph.nonzero <= MOST_WEIGHTS:
        plain = Quantize(recipe.quantize.kind, QuantizeMode.PTQ, calibration=recipe.quantize.calibration)
        quantizer = find_quantizer(plain)
        part = context.section(0.0, 0.5)
        quantizer.write(Compressed(model, ()), data, replace(recipe, quantize=plain), folder, part)
        deployed = folder / quantizer.deployed
    found = footprint(model, folder, deployed, context.section(0.5, 1.0))
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    return found


def file_size(path: Path, after_chunk: Callable[[], None] = lambda: None) -> FileSize:
    """`after_chunk` is called after each megabyte and may raise."""
    packer = zlib.compressobj(9, wbits=31)  # 31: in the format of gzip
    size_bytes = packed_bytes = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            size_bytes += len(chunk)
            packed_bytes += len(packer.compress(chunk))
            after_chunk()
    return FileSize(size_bytes, packed_bytes + len(packer.flush()))


def keras_with_optimizer_bytes(model: Any, scratch: Path) -> int:
    """Bytes of the `.keras` file that Keras writes of a model under training; `scratch` is removed again."""
    import keras

    from core.compress.finetune import loss_of

    copied = type(model).from_config(model.get_config())
    copied.set_weights(model.get_weights())
    # The name would otherwise have the number of the optimizers that this process has made, and its length.
    copied.compile(optimizer=keras.optimizers.SGD(momentum=0.9, name="SGD"), loss=loss_of(copied))
    copied.optimizer.build(copied.trainable_variables)
    try:
        save_keras(copied, scratch)
        return scratch.stat().st_size
    finally:
        scratch.unlink(missing_ok=True)


def on_boards(deployed: Path | None, context: JobContext) -> tuple[OnBoard, ...]:
    """The plans for each of `BOARDS`."""
    graph, reason = None, "too large for every board"
    if deployed is not None:
        try:
            graph = load_graph(deployed)
        except EXPECTED_ERRORS as error:
            reason = str(error)
    found = []
    for place, board_id in enumerate(BOARDS):
        context.check_cancelled()
        context.progress(place / len(BOARDS), f"Planning for {board_named(board_id).title}")
        found.append(_on_board(graph, board_id, reason))
    return tuple(found)


def _on_board(graph: Graph | None, board_id: str, reason: str) -> OnBoard:
    board = board_named(board_id)
    nothing = OnBoard(board.id, board.title, reason=reason)
    if graph is None or graph.nonzero > MOST_WEIGHTS:
        return nothing
    try:
        compilation = compile_model(graph, board)
    except EXPECTED_ERRORS as error:
        return replace(nothing, reason=str(error))
    plan = compilation.plan
    return OnBoard(
        board.id,
        board.title,
        plan.flash.total_bytes,
        plan.flash.weights_bytes,
        plan.flash.code_bytes,
        plan.sram.total_bytes,
        plan.flash.weights_bytes if compilation.weights_in is WeightsIn.RAM else 0,
        plan.arena.arena_bytes,
        not plan.overflows(board),
    )
