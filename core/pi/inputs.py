"""The samples of a measurement as files for the Pi, which reads them one by one from its disk."""

from __future__ import annotations

import hashlib
import io
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from codegen.graph import Graph
from core.boards.layout import to_file_layout
from core.boards.quantization import to_model_input
from core.data.scaling import Normalization
from core.paths import write_atomically

Array = npt.NDArray[Any]

_PIXELS = 256


@dataclass(frozen=True, slots=True, eq=False)
class SampleFiles:
    """One archive with a file a sample, and how the runner makes inputs of them.

    `x` are the same inputs, ``[samples, …]`` in the model's own type and the layout of the Graph.
    `as_pictures`: the files are PNGs of the model's size, which the Pi decodes, scales and quantizes;
    otherwise they are arrays in the model's own type.
    """

    archive: Path
    digest: str
    names: tuple[str, ...]
    preparation: dict[str, Any]
    x: Array
    labels: npt.NDArray[np.int64] | None
    as_pictures: bool


def write_samples(
    folder: Path,
    graph: Graph,
    values: Array,
    labels: npt.NDArray[np.int64] | None = None,
    normalization: Normalization | None = None,
) -> SampleFiles:
    """`values` are ``[samples, …]`` in the layout of the Graph: floats as the model gets them, or integers.

    With the `normalization` that made them of 8-bit pixels, they become pictures again where that gives
    exactly the same values. Raises ThimbleError ``bad-input`` or ``cannot-write``.
    """
    name = graph.inputs[0]
    tensor = graph.tensors[name]
    x = to_model_input(values, tensor)
    pixels = None if normalization is None else as_pixels(values, normalization)
    if pixels is None or normalization is None:
        normalization = None
        contents = [_npy(sample) for sample in to_file_layout(graph, name, x)]
    else:
        contents = [_png(picture) for picture in pixels]
    ending = "npy" if pixels is None else "png"
    names = tuple(f"{number:05}.{ending}" for number in range(len(contents)))
    content = _archive(dict(zip(names, contents, strict=True)))
    archive = folder / "samples.tar"
    write_atomically(archive, content)
    quantization = tensor.quantization
    preparation = {
        "shift": list(normalization.shift) if normalization else [0.0],
        "divisor": list(normalization.divisor) if normalization else [1.0],
        "quantization": [quantization.scale[0], quantization.zero_point[0]] if quantization else None,
        "dtype": str(x.dtype),
        "shape": [1, *graph.file_shape(name)[1:]],
        "channels_first": graph.file_axes.get(name) is not None,
    }
    digest = hashlib.sha256(content).hexdigest()
    return SampleFiles(archive, digest, names, preparation, x, labels, pixels is not None)


def as_pixels(values: Array, normalization: Normalization) -> npt.NDArray[np.uint8] | None:
    """The 8-bit pictures ``[samples, height, width, 1 or 3]`` that `normalization` makes `values` of.

    None where there are none that give exactly `values`.
    """
    if values.ndim != 4 or values.shape[3] not in (1, 3) or values.dtype.kind != "f":
        return None
    raw = values * np.asarray(normalization.divisor, np.float32) + np.asarray(normalization.shift, np.float32)
    whole = np.rint(raw)
    if whole.min() < 0 or whole.max() >= _PIXELS:
        return None
    again = normalization(whole.astype(np.float32))
    return whole.astype(np.uint8) if np.array_equal(again, values) else None


def _npy(sample: Array) -> bytes:
    stream = io.BytesIO()
    np.save(stream, sample[None])
    return stream.getvalue()


def _png(picture: npt.NDArray[np.uint8]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(picture[:, :, 0] if picture.shape[2] == 1 else picture).save(stream, "PNG")
    return stream.getvalue()


def _archive(files: dict[str, bytes]) -> bytes:
    """The same bytes for the same files, whenever and by whomever it is made."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()
