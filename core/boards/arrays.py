"""Samples from a file to the board, outputs from the board to a file: .npy, or .npz by name for several."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from codegen.graph import Graph
from core.boards.layout import to_file_layout, to_graph_layout
from core.boards.quantization import to_model_input
from core.errors import ThimbleError
from core.paths import cannot_write, output_dir, write_atomically

Array = npt.NDArray[Any]


def read_samples(path: Path, graph: Graph) -> Array:
    """The samples of a file as the model's code reads them; floats are quantized first.

    ``[samples, …]`` of one input; ``[samples, bytes]`` uint8 of several, one after another. Raises
    ThimbleError ``missing-file`` or ``bad-input``.
    """
    arrays = _load(path, graph.inputs)
    samples = []
    for name in graph.inputs:
        x = to_model_input(arrays[name], graph.tensors[name], graph.file_shape(name))
        samples.append(to_graph_layout(graph, name, x))
    if len(samples) == 1:
        return samples[0]
    if len({len(x) for x in samples}) > 1:
        counts = ", ".join(f"{len(x)} of {name!r}" for name, x in zip(graph.inputs, samples, strict=True))
        raise ThimbleError("bad-input", f"{path} has {counts}", "give as many samples of each input")
    rows = [np.ascontiguousarray(x).reshape(len(x), -1).view(np.uint8) for x in samples]
    return np.concatenate(rows, axis=1)


def ready_output(path: Path, graph: Graph) -> None:
    """Make the folder of the file that `write_outputs` will write, before any work is done.

    Raises ThimbleError ``bad-output`` when several outputs would go into a file that is no .npz, and
    ``cannot-write`` where no file can be.
    """
    if len(graph.outputs) > 1 and path.suffix.lower() != ".npz":
        what = f"the model has {len(graph.outputs)} outputs, and {path.name} is for one"
        raise ThimbleError("bad-output", what, "name a file that ends in .npz")
    output_dir(path.absolute().parent)
    if path.is_dir():
        raise cannot_write(path, IsADirectoryError(21, "it is a folder"))


def write_outputs(path: Path, outputs: Array, graph: Graph) -> None:
    """Write what the board gave, ``[samples, output_bytes]``, in the model's own types, shapes and layout:
    one array, or into an .npz each output by its name."""
    named, begin = {}, 0
    for name in graph.outputs:
        tensor = graph.tensors[name]
        part = np.ascontiguousarray(outputs[:, begin : begin + tensor.size_bytes])
        begin += tensor.size_bytes
        values = part.view(tensor.dtype.numpy).reshape(len(outputs), *tensor.shape[1:])
        named[name] = to_file_layout(graph, name, values)
    buffer = io.BytesIO()
    if path.suffix.lower() != ".npz":
        np.save(buffer, next(iter(named.values())))
    else:
        _save_named(buffer, named)
    write_atomically(path, buffer.getvalue())


def _save_named(buffer: io.BytesIO, arrays: Mapping[str, Array]) -> None:
    """As numpy.savez, whose own argument is called `file`, which an output may be called too."""
    import zipfile

    with zipfile.ZipFile(buffer, "w") as archive:
        for name, value in arrays.items():
            member = io.BytesIO()
            np.save(member, value)
            archive.writestr(f"{name}.npy", member.getvalue())


def _load(path: Path, names: tuple[str, ...]) -> dict[str, Array]:
    """The array of each input by its name."""
    ending, one = (".npy", True) if len(names) == 1 else (".npz", False)
    try:
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                arrays = {names[0]: loaded} if one else {}
            else:
                with loaded:
                    arrays = {} if one else {name: loaded[name] for name in names if name in loaded.files}
    except FileNotFoundError:
        raise ThimbleError("missing-file", f"there is no input {path}", "check the path") from None
    except OSError as error:
        why = error.strerror or "it is damaged"
        raise ThimbleError("bad-input", f"{path} cannot be read: {why}", "check the file") from error
    except (ValueError, EOFError, BadZipFile) as error:  # of others NumPy says that they may be pickles
        what = f"{path} is no {ending} file of numbers"
        raise ThimbleError("bad-input", what, "save the samples with numpy.save or numpy.savez") from error
    if one and not arrays:
        raise ThimbleError("bad-input", f"{path} holds several arrays", "give one array in an .npy file")
    missing = [name for name in names if name not in arrays]
    if missing:
        what = f"{path} has no array {', '.join(map(repr, missing))}"
        raise ThimbleError("bad-input", what, f"give an .npz with {', '.join(map(repr, names))}")
    return arrays
