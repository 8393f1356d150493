"""What would make a network fit that does not: other numbers, fewer parameters, another board. And what the
storage of the weights costs, and which layers quantization left out."""

from __future__ import annotations

import math

from codegen.as_int8 import as_int8
from codegen.compiler import Compilation, compile_model
from codegen.errors import CodegenError
from codegen.graph import Dequantize, DType, Graph, Op, Quantize, Reshape
from codegen.kernels import KERNELS
from codegen.plan.memory import Memory
from codegen.sparse import ENCODINGS
from codegen.targets.board import Board, Cpu, all_boards


def what_would_help(compilation: Compilation) -> tuple[str, ...]:
    """Sentences in the order in which to try them; none where everything fits.

    Figures are estimates of sizes, not of what remains of the accuracy. It compiles the network again for
    what it tells of, and so takes longer than a plan.
    """
    if not compilation.plan.overflows(compilation.board):
        return ()
    return (*_as_int8(compilation), *_fewer_parameters(compilation), *_other_boards(compilation))


def what_storage_costs(compilation: Compilation) -> tuple[str, ...]:
    """Sentences on layers that the chosen storage makes slower, and on an encoding that no layer has. Cycles
    are estimates."""
    encoding = compilation.options.encoding
    if encoding not in _ALWAYS_SERVED and all(
        x.encoding not in ENCODINGS[encoding] for x in compilation.layers
    ):
        return (f"no layer can be stored as {encoding}: all are as with --encoding dense",)
    slower = [
        (layer, layer.dense)
        for layer in compilation.layers
        if layer.dense is not None and layer.cycles > _SLOWER * layer.dense.cycles
    ]
    sentences = [
        f"layer {layer.op.name!r} takes about {layer.cycles / dense.cycles:.1f} times the cycles of dense"
        f" weights as {layer.encoding}, and {_saved(dense.weights_bytes - layer.weights_bytes)}"
        for layer, dense in slower
    ]
    return (*sentences, "--encoding fastest takes what is quickest for each layer") if sentences else ()


def what_stays_float(graph: Graph) -> tuple[str, ...]:
    """Sentences on the layers of a quantized network that compute with floats; none for a float network."""
    if not any(isinstance(op, Dequantize) for op in graph.ops):
        return ()
    real = [op for op in graph.ops if graph.tensors[op.outputs[0]].dtype is DType.FLOAT32]
    return tuple(
        f"layer {op.name!r} ({op.kind}) stays float because {_why_float(graph, op)}"
        for op in real
        if not isinstance(op, Dequantize | Reshape)
    )


def _why_float(graph: Graph, op: Op) -> str:
    if any(not isinstance(graph.producer(name), Dequantize) for name in graph.activations_of(op)):
        return "what it reads is not quantized right before it"
    readers = [reader for name in op.outputs for reader in graph.consumers(name)]
    if len(readers) != 1 or not isinstance(readers[0], Quantize) or set(op.outputs) & set(graph.outputs):
        return "what it gives is not quantized right behind it"
    if not any(kernel.serves is type(op) and kernel.dtype is DType.INT8 for kernel in KERNELS):
        return "there is no code for it in int8"
    return "its constants or options are none that the int8 code takes"


#: What estimates cannot tell apart is not worth a word.
_SLOWER = 1.1
#: The encodings that every network has a layer for, or that choose by themselves.
_ALWAYS_SERVED = ("auto", "fastest", "dense")


def _saved(flash_bytes: int) -> str:
    if flash_bytes < 0:
        return f"{-flash_bytes:,} bytes of flash more"
    return f"{flash_bytes:,} bytes of flash less"


def _as_int8(compilation: Compilation) -> tuple[str, ...]:
    """For a float network: what int8 would take."""
    graph = compilation.graph
    if graph.tensors[graph.inputs[0]].dtype is not DType.FLOAT32:
        return ()
    try:
        smaller = compile_model(as_int8(graph), compilation.board, compilation.options)
    except CodegenError:
        return ()
    if not smaller.plan.overflows(compilation.board):
        return ("quantized to int8 it would fit",)
    return ("quantize it to int8, which takes about a quarter but is not enough alone",)


def _fewer_parameters(compilation: Compilation) -> tuple[str, ...]:
    """How much structured pruning has to remove of what does not fit."""
    plan = compilation.plan
    removable = {Memory.FLASH: plan.flash.weights_bytes, Memory.SRAM: plan.sram.arena_bytes}
    parts = {Memory.FLASH: "of the parameters", Memory.SRAM: "of the largest layers' channels"}
    wanted = []
    for overflow in plan.overflows(compilation.board):
        share = overflow.over_bytes / max(removable[overflow.memory], 1)
        if share >= 1:
            return ()
        percent = math.ceil(100 * share)
        wanted.append(f"at least {percent} % {parts[overflow.memory]} ({overflow.memory.value})")
    return (f"structured pruning would have to remove {' and '.join(wanted)}",)


def _other_boards(compilation: Compilation) -> tuple[str, ...]:
    """The boards, other than this computer, on which it fits as it is."""
    fitting = [board.title for board in _candidates(compilation) if _fits(compilation, board)]
    return (f"it fits as it is on {' or '.join(fitting)}",) if fitting else ()


def _candidates(compilation: Compilation) -> list[Board]:
    """One for each other chip: the real board where there is one, which has the larger firmware."""
    virtual_first = sorted(all_boards().values(), key=lambda board: not board.virtual)
    of_chip = {board.target: board for board in virtual_first if board.cpu is not Cpu.HOST}
    return [board for chip, board in of_chip.items() if chip != compilation.board.target]


def _fits(compilation: Compilation, board: Board) -> bool:
    try:
        other = compile_model(compilation.graph, board, compilation.options)
    except CodegenError:
        return False
    return not other.plan.overflows(board)
