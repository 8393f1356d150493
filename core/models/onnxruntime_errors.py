"""What ONNX Runtime raises: exceptions without a common base."""

from __future__ import annotations


def onnxruntime_errors() -> tuple[type[Exception], ...]:
    """For an ``except``. Imports ONNX Runtime."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = (value for value in vars(state).values() if isinstance(value, type))
    return (*(kind for kind in own if issubclass(kind, Exception)), RuntimeError, ValueError)
