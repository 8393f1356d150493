"""The one public header."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codegen.compiler import Compilation

_TEXT = """\
/* {name}: {shape_in} -> {shape_out}, int8. Two functions: model_init once, model_run for each inference.
 *
 *     model_init();
 *     memcpy(model_input(), sample, MODEL_INPUT_BYTES);
 *     model_run();
 *     use(model_output());
 *
 * Input and output lie in the arena: model_run overwrites the input, so load it anew before each run.
 * Input:  real = {scale_in!r} * (value - {zero_in})
 * Output: real = {scale_out!r} * (value - {zero_out})
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
int8_t *model_input(void);

/* MODEL_OUTPUT_BYTES, valid after model_run until the next input is written. */
const int8_t *model_output(void);

#endif
"""


def model_h(compilation: Compilation) -> str:
    tensors = compilation.graph.tensors
    source, result = tensors[compilation.graph.inputs[0]], tensors[compilation.graph.outputs[0]]
    quantized_in, quantized_out = source.quantization, result.quantization
    if quantized_in is None or quantized_out is None:
        raise ValueError("the compiler lowered a network without quantized input or output")
    return _TEXT.format(
        name=compilation.graph.name,
        shape_in="x".join(str(n) for n in source.shape[1:]),
        shape_out="x".join(str(n) for n in result.shape[1:]),
        scale_in=quantized_in.scale[0],
        zero_in=quantized_in.zero_point[0],
        scale_out=quantized_out.scale[0],
        zero_out=quantized_out.zero_point[0],
        input_bytes=source.size_bytes,
        output_bytes=result.size_bytes,
        arena_bytes=compilation.plan.arena.arena_bytes,
    )
