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
/* Constants of {m}: weights, biases, requantization tables. Written by Thimble; not for the application. */
#ifndef {M}_DATA_H
#define {M}_DATA_H

#include <stdint.h>

/* Where the constants go, for example __attribute__((section(".model_weights"))). */
#ifndef MODEL_WEIGHTS
#define MODEL_WEIGHTS
#endif

{declarations}

#endif
"""


def _arrays(compilation: Compilation, model: str) -> Iterator[tuple[str, ConstantArray]]:
    names = c_names(tuple(layer.op.name for layer in compilation.layers), model)
    for layer in compilation.layers:
        for array in layer.constants:
            yield f"{model}_{names[layer.op.name]}_{array.role}", array


def model_data_h(compilation: Compilation, name: str) -> str:
    lines = (f"extern {declaration(label, array)};" for label, array in _arrays(compilation, name))
    return _HEADER.format(m=name, M=name.upper(), declarations="\n".join(lines))


def model_data_c(compilation: Compilation, name: str, digest: bytes) -> str:
    """`digest` becomes the model's hash."""
    hash_array = ConstantArray("hash", np.frombuffer(digest, dtype=np.uint8))
    parts = [f"const uint8_t {name}_hash[32] = {{\n{initializer(hash_array)}\n}};\n"]
    parts += [
        f"{declaration(label, array)} MODEL_WEIGHTS = {{\n{initializer(array)}\n}};\n"
        for label, array in _arrays(compilation, name)
    ]
    text = "\n".join(parts)
    float_h = "#include <float.h>\n\n" if "FLT_MAX" in text else ""
    about = f"/* Constants of {name}, written by Thimble. */\n"
    return f'{about}#include "{name}_data.h"\n\n{float_h}#include "{name}.h"\n\n{text}'
