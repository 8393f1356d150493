"""Every format; a new one is a file and a line here. What can be opened anywhere follows from it."""

from __future__ import annotations

from pathlib import Path

from core.errors import ThimbleError
from core.models.formats.base import ModelFormat
from core.models.formats.compiled import Onnx, Tflite
from core.models.formats.h5 import H5
from core.models.formats.keras_archive import KerasArchive
from core.models.formats.saved_model import SavedModel

FORMATS: tuple[ModelFormat, ...] = (KerasArchive(), H5(), Onnx(), Tflite(), SavedModel())

#: Of the files that can be opened. Folders are opened too: those that a format accepts.
ENDINGS: tuple[str, ...] = tuple(ending for known in FORMATS for ending in known.endings)

#: Files of weights of other programs: most are pickles, which run code when they are opened.
_PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".bin")
_CONVERT_HINT = f"give one of {', '.join(ENDINGS)} or a SavedModel folder"


def can_open(path: Path) -> bool:
    """Whether this looks like a model, by its name or, for folders, by what lies in it."""
    return any(known.accepts(path) for known in FORMATS)


def find_format(path: Path) -> ModelFormat:
    """The format of a model that is there.

    Raises ThimbleError ``missing-file``, ``bad-model`` (empty), ``unsafe-model`` (pickles), or
    ``unknown-format``.
    """
    if not path.exists():
        raise ThimbleError("missing-file", f"there is no model {path}", "check the path")
    for known in FORMATS:
        if known.accepts(path):
            _check_content(known, path)
            return known
    if path.suffix.lower() in _PICKLES and path.is_file():
        raise ThimbleError(
            "unsafe-model",
            f"{path} may be a pickle, which would run code when it is opened; Thimble opens none",
            "export the network as ONNX (PyTorch: torch.onnx.export) and give that",
        )
    why = "it is a folder without saved_model.pb" if path.is_dir() else "its ending is of no kind of model"
    raise ThimbleError("unknown-format", f"Thimble cannot open {path}: {why}", _CONVERT_HINT)


def _check_content(known: ModelFormat, path: Path) -> None:
    """That a file is what a format of files gets, and that something is in it."""
    if not known.endings:
        return
    if path.is_dir():
        raise ThimbleError(
            "unknown-format", f"{path} is a folder, not a {path.suffix.lower()} file", _CONVERT_HINT
        )
    if path.is_file() and path.stat().st_size == 0:
        raise ThimbleError("bad-model", f"{path} is empty", "copy or export the model again")
