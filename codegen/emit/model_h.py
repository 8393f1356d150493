"""The one public header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codegen.emit.arrays import C_TYPES
from codegen.graph import Tensor

if TYPE_CHECKING:
    from codegen.compiler import Compilation

_TEXT = """\
/* {name}: {shape_in} -> {shape_out}, {numbers}. Two functions: model_init once, model_run for each inference.
 *
 *     model_init();
 *     memcpy(model_input(), sample, MODEL_INPUT_BYTES);
 *     model_run();
 *     use(model_output());
 *
 * Input and output lie in the arena: model_run overwrites the input, so load it anew before each run.
 * Input:  {meaning_in}
 * Output: {meaning_out}
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdint.h>

#define MODEL_INPUT_BYTES {input_bytes}
#define MODEL_OUTPUT_BYTES {output_bytes}
#define MODEL_ARENA_BYTES {arena_bytes}

/* SHA-256 of what this code was generated from; tells one model from another. */
extern const uint8_t model_hash[32];

void model_init(void);
void model_run(void);

/* MODEL_INPUT_BYTES to be written before model_run. */
{type_in} *model_input(void);

/* MODEL_OUTPUT_BYTES, valid after model_run until the next input is written. */
const {type_out} *model_output(void);

#endif
"""


def model_h(compilation: Compilation) -> str:
    tensors = compilation.graph.tensors
    source, result = tensors[compilation.graph.inputs[0]], tensors[compilation.graph.outputs[0]]
    return _TEXT.format(
        name=compilation.graph.name,
        shape_in="x".join(str(n) for n in source.shape[1:]),
        shape_out="x".join(str(n) for n in result.shape[1:]) or "1",
        numbers=source.dtype.value,
        meaning_in=_meaning(source),
        meaning_out=_meaning(result),
        type_in=c_type_of(source),
        type_out=c_type_of(result),
        input_bytes=source.size_bytes,
        output_bytes=result.size_bytes,
        arena_bytes=compilation.plan.arena.arena_bytes,
    )


def c_type_of(tensor: Tensor) -> str:
    """The C type of the tensor's elements."""
    return C_TYPES[tensor.dtype.value]


def _meaning(tensor: Tensor) -> str:
    """What a value stands for."""
    if tensor.quantization is None:
        return f"{tensor.elements} numbers of type {c_type_of(tensor)}"
    scale, zero = tensor.quantization.scale[0], tensor.quantization.zero_point[0]
    return f"real = {scale!r} * (value - {zero})"
