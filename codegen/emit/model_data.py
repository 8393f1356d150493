"""Weights, biases and requantization tables, in files of their own so that model.c stays readable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from codegen.emit.arrays import declaration, initializer
from codegen.emit.names import c_names
from codegen.sparse import ConstantArray

if TYPE_CHECKING:
    from codegen.compiler import Compilation

_HEADER = """\
/* Constants of the model: weights, biases and requantization tables. Not for the application. */
#ifndef MODEL_DATA_H
#define MODEL_DATA_H

#include <stdint.h>

/* Where the constants go, for example __attribute__((section(".model_weights"))). */
#ifndef MODEL_WEIGHTS
#define MODEL_WEIGHTS
#endif

{declarations}

#endif
"""


def _arrays(compilation: Compilation) -> Iterator[tuple[str, ConstantArray]]:
    names = c_names(tuple(layer.op.name for layer in compilation.layers))
    for layer in compilation.layers:
        for array in layer.constants:
            yield f"{names[layer.op.name]}_{array.role}", array


def model_data_h(compilation: Compilation) -> str:
    lines = (f"extern {declaration(name, array)};" for name, array in _arrays(compilation))
    return _HEADER.format(declarations="\n".join(lines))


def model_data_c(compilation: Compilation, digest: bytes) -> str:
    """`digest` becomes model_hash."""
    parts = ['#include "model_data.h"\n\n#include "model.h"\n']
    hash_array = ConstantArray("hash", np.frombuffer(digest, dtype=np.uint8))
    parts.append(f"const uint8_t model_hash[32] = {{\n{initializer(hash_array)}\n}};\n")
    parts += [
        f"{declaration(name, array)} MODEL_WEIGHTS = {{\n{initializer(array)}\n}};\n"
        for name, array in _arrays(compilation)
    ]
    return "\n".join(parts)
