"""How a quantized file and its float twin are opened, by the file's ending. For worker processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.compress.quantization_loss.noise import Probe
from core.compress.quantization_loss.onnx_probe import OnnxProbe
from core.compress.quantization_loss.tflite_probe import TfliteProbe
from core.models.onnx_export import write_onnx
from core.models.tflite_export import to_tflite


def open_pair(model: Any, deployed: Path) -> tuple[Probe, Probe]:
    """The float Keras model in the form of the deployed file, and that file.

    Raises ThimbleError ``conversion-failed``.
    """
    return _PAIRS[deployed.suffix](model, deployed)


def _tflite(model: Any, deployed: Path) -> tuple[Probe, Probe]:
    return TfliteProbe(to_tflite(model, lambda converter: None)), TfliteProbe(deployed.read_bytes())


def _onnx(model: Any, deployed: Path) -> tuple[Probe, Probe]:
    import onnx

    real = deployed.with_name("float.onnx")
    try:
        write_onnx(model, real, fold=True)
        return OnnxProbe(onnx.load(real)), OnnxProbe(onnx.load(deployed))
    finally:
        real.unlink(missing_ok=True)


_PAIRS: dict[str, Callable[[Any, Path], tuple[Probe, Probe]]] = {".tflite": _tflite, ".onnx": _onnx}
