"""`thimble run`: the samples of a file through the board."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.command import Command
from core.cli.commands.build import built, compiled
from core.cli.options import MODEL_HELP, add_board, add_build_options, add_json
from core.cli.terminal import Terminal
from core.errors import ThimbleError
from core.paths import cannot_write, output_dir, write_atomically
from core.work_folder import work_folder

if TYPE_CHECKING:
    from rich.console import Console

    from codegen.graph import Array, Graph


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP)
    add_board(parser)
    parser.add_argument(
        "--input", metavar="X.npy", required=True, type=Path, help="samples along the first axis"
    )
    parser.add_argument("--output", metavar="Y.npy", required=True, type=Path, help="file for the outputs")
    add_build_options(parser)
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from core.boards.session import run_samples

    compilation = compiled(arguments)
    graph = compilation.graph
    samples = _samples(arguments.input, graph)
    output_dir(arguments.output.absolute().parent)
    if arguments.output.is_dir():
        raise cannot_write(arguments.output, IsADirectoryError(21, "it is a folder"))
    with work_folder() as work:
        image = built(compilation, work, terminal)
        terminal.say(f"running {len(samples)} samples on {compilation.board.title}")
        result = run_samples(image, compilation.board, samples)
    _write_npy(arguments.output, _outputs(result.outputs, graph))
    value = result.to_json()
    terminal.result(value, lambda console: _show(console, value, arguments.output))


def _samples(path: Path, graph: Graph) -> Array:
    """The samples in the model's own input type, laid out for its code; floats are quantized first."""
    import numpy as np

    from core.boards.layout import to_graph_layout
    from core.boards.quantization import to_model_input

    try:
        x = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise ThimbleError("missing-file", f"there is no input {path}", "check the path") from None
    except (OSError, ValueError, EOFError) as error:
        what = f"{path} cannot be read as .npy: {error}"
        raise ThimbleError("bad-input", what, "save the samples with numpy.save") from error
    if not isinstance(x, np.ndarray):
        raise ThimbleError("bad-input", f"{path} holds several arrays", "give one array in an .npy file")
    name = graph.inputs[0]
    return to_graph_layout(graph, name, to_model_input(x, graph.tensors[name], graph.file_shape(name)))


def _outputs(outputs: Array, graph: Graph) -> Array:
    """The bytes of each sample in the model's own output type and shape: ``[samples, …]``."""
    from core.boards.layout import to_file_layout

    name = graph.outputs[0]
    tensor = graph.tensors[name]
    values = outputs.view(tensor.dtype.numpy).reshape(len(outputs), *tensor.shape[1:])
    return to_file_layout(graph, name, values)


def _write_npy(path: Path, value: Array) -> None:
    import io

    import numpy as np

    buffer = io.BytesIO()
    np.save(buffer, value)
    write_atomically(path, buffer.getvalue())


def _show(console: Console, value: dict[str, Any], output: Path) -> None:
    console.print(f"{value['samples']:,} samples; outputs in {output}", soft_wrap=True)
    if value["cycles"]:
        mean = sum(value["cycles"]) / len(value["cycles"])
        console.print(f"{mean:,.0f} cycles a sample (counted by the emulator: an estimate)")
    if value["stack_bytes"] is not None:
        console.print(f"{value['stack_bytes']:,} bytes of stack")


RUN = Command("run", "runs every sample of a file on the board", _configure, _run)
