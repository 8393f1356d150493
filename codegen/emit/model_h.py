"""The one public header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codegen.emit.arrays import C_TYPES
from codegen.emit.comments import comment_text
from codegen.graph import Tensor

if TYPE_CHECKING:
    from codegen.compiler import Compilation

_TEXT = """\
/* {title}: {shape_in} -> {shape_out}, {numbers}. {m}_init once, then {m}_run for each inference:
 *
 *     {m}_init();
 *     memcpy({m}_input(), sample, {M}_INPUT_BYTES);
 *     {m}_run();
 *     use({m}_output());
 *
 * Input and output lie in the arena: {m}_run overwrites the input, so load it anew before each run.
 * The arena is one for all callers: run one inference at a time.
 *
 * Input:  {meaning_in}
 * Output: {meaning_out}
 */
#ifndef {M}_H
#define {M}_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {{
#endif

#define {M}_INPUT_BYTES {input_bytes}
#define {M}_OUTPUT_BYTES {output_bytes}
#define {M}_ARENA_BYTES {arena_bytes}

/* SHA-256 of what this code was generated from; tells one model from another. */
extern const uint8_t {m}_hash[32];

/* Clears the arena. Call it once, before anything else. */
void {m}_init(void);

/* One inference, from what lies at {m}_input to what lies at {m}_output. */
void {m}_run(void);

/* {M}_INPUT_BYTES to be written before {m}_run. */
{type_in} *{m}_input(void);

/* {M}_OUTPUT_BYTES, valid after {m}_run until the next input is written. */
const {type_out} *{m}_output(void);

#ifdef __cplusplus
}}
#endif

#endif
"""


def model_h(compilation: Compilation, name: str) -> str:
    """`name` is what every global name of the model begins with."""
    tensors = compilation.graph.tensors
    source, result = tensors[compilation.graph.inputs[0]], tensors[compilation.graph.outputs[0]]
    return _TEXT.format(
        m=name,
        M=name.upper(),
        title=comment_text(compilation.graph.name),
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
    offset = f"(value {'-' if zero > 0 else '+'} {abs(zero)})" if zero else "value"
    return f"real = {scale!r} * {offset}"
