"""Pickles of plain values and arrays of bytes, read without letting them run anything.

A pickle is a program: the standard reader imports and calls whatever it names. This one knows four names,
those with which NumPy writes an array, and answers them with classes of its own, which check what they are
given; even NumPy's readers never see the content of the file. Every other name is refused.
"""

from __future__ import annotations

import io
import math
import pickle
import struct
from typing import Any

import numpy as np
import numpy.typing as npt

_DTYPES = frozenset({"u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"})
_BROKEN = (
    EOFError, ValueError, TypeError, AttributeError, IndexError, KeyError, ImportError, OverflowError,
    MemoryError, RecursionError, struct.error,
)  # fmt: skip


_REFUSED = frozenset(
    code[0]
    for code in (
        pickle.BYTEARRAY8, pickle.NEXT_BUFFER, pickle.READONLY_BUFFER, pickle.PERSID, pickle.BINPERSID,
        pickle.EXT1, pickle.EXT2, pickle.EXT4,
    )
)  # fmt: skip


class PickleError(Exception):
    """The pickle is broken, or holds what is not plain; the message says which."""


class _DType:
    """Stands for numpy.dtype: a kind and a size, then a state whose second item is the byte order."""

    def __init__(self, kind: Any, align: Any = False, copy: Any = False) -> None:
        text = kind.decode("ascii") if isinstance(kind, bytes) else kind
        if text not in _DTYPES:
            raise pickle.UnpicklingError(f"it has an array of {text!r}")
        self.kind = str(text)
        self.order = "|"

    def __setstate__(self, state: Any) -> None:
        order = state[1].decode("ascii") if isinstance(state[1], bytes) else state[1]
        if order not in ("|", "<", ">", "="):
            raise pickle.UnpicklingError(f"it has an array with the byte order {order!r}")
        self.order = order


class _Array:
    """Stands for numpy.ndarray; its state is (version, shape, dtype, in Fortran's order, bytes)."""

    array: npt.NDArray[Any]

    def __setstate__(self, state: Any) -> None:
        _, shape, dtype, fortran, content = state
        if not isinstance(dtype, _DType) or not isinstance(content, bytes):
            raise pickle.UnpicklingError("it has an array of objects")
        kind = np.dtype(f"{dtype.order}{dtype.kind}")
        if any(not isinstance(n, int) or n < 0 for n in shape) or (
            math.prod(shape) * kind.itemsize != len(content)
        ):
            raise pickle.UnpicklingError(f"it has an array of {shape} in {len(content)} bytes")
        self.array = np.frombuffer(content, kind).reshape(shape, order="F" if fortran else "C")


def _reconstruct(subtype: Any, shape: Any, kind: Any) -> _Array:
    if subtype is not _Array:
        raise pickle.UnpicklingError("it has an array of a class of its own")
    return _Array()


def _bytes(text: Any, encoding: Any) -> bytes:
    """Stands for codecs.encode, with which Python 3 writes bytes for Python 2."""
    if not isinstance(text, str) or encoding not in ("latin1", b"latin1"):
        raise pickle.UnpicklingError("it encodes text")
    return text.encode("latin1")


_KNOWN: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _DType,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("_codecs", "encode"): _bytes,
}


class _Reader(pickle._Unpickler):
    """The reader in Python: that in C takes gigabytes of memory for one wrong number in a few bytes.

    Nor does it know the operations that take memory by a number alone, or that look things up elsewhere.
    """

    dispatch = {  # noqa: RUF012 - the base's own name and form
        code: operation for code, operation in pickle._Unpickler.dispatch.items() if code not in _REFUSED
    }

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _KNOWN[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which is not plain data") from None


def read_plain_pickle(content: bytes) -> Any:
    """The dicts, lists, tuples, numbers, text, bytes and arrays of a pickle; nothing in it is run.

    Text that Python 2 wrote comes as bytes. Raises PickleError.
    """
    try:
        return _plain(_Reader(io.BytesIO(content), encoding="bytes").load())
    except pickle.UnpicklingError as error:
        raise PickleError(str(error) or "it is broken") from error
    except _BROKEN as error:
        raise PickleError("it is broken") from error


def _plain(value: Any) -> Any:
    """The same value with NumPy's arrays, one level deep in dicts, as far as data sets go."""
    if isinstance(value, _Array):
        return value.array
    if isinstance(value, dict):
        return {key: _plain(item) if isinstance(item, _Array) else item for key, item in value.items()}
    return value
