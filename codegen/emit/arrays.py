"""Constant arrays as C text."""

from __future__ import annotations

import numpy as np

from codegen.c_float import c_float
from codegen.sparse import ConstantArray

C_TYPES = {
    "float32": "float",
    "int8": "int8_t",
    "uint8": "uint8_t",
    "bool": "uint8_t",
    "int16": "int16_t",
    "uint16": "uint16_t",
    "int32": "int32_t",
    "uint32": "uint32_t",
    "int64": "int64_t",
}
_LINE = 100


def c_type(array: ConstantArray) -> str:
    return C_TYPES[str(array.data.dtype)]


def declaration(name: str, array: ConstantArray) -> str:
    """``const int8_t conv2d_weights[72]`` without an end."""
    return f"const {c_type(array)} {name}[{max(array.data.size, 1)}]"


def initializer(array: ConstantArray) -> str:
    """The values in lines of at most 100 characters. An empty array gets one 0, which nothing reads."""
    literal = c_float if array.data.dtype == np.float32 else _literal
    values = [literal(v) for v in array.data.tolist()] or ["0"]
    lines, line = [], "   "
    for value in values:
        if len(line) + len(value) + 2 > _LINE:
            lines.append(line)
            line = "   "
        line += f" {value},"
    return "\n".join([*lines, line])


def _literal(value: int) -> str:
    # -2147483648 is not an int literal in C, and bools are bytes.
    smallest = {np.iinfo(np.int32).min: "INT32_MIN", np.iinfo(np.int64).min: "INT64_MIN"}
    return smallest.get(value, str(int(value)))
