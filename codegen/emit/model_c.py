"""The network itself: named offsets, one parameter struct and one commented call a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codegen.emit.names import c_names
from codegen.kernels import LoweredLayer

if TYPE_CHECKING:
    from codegen.compiler import Compilation

_TEXT = """\
#include "model.h"

#include "model_data.h"
{includes}

/* Offsets in the arena. Buffers that are alive at the same time never overlap ({planner}; no plan can
 * be smaller than {lower_bound} bytes). */
enum {{
{offsets}
}};

/* A union, so that the arena is aligned for words without any compiler's extension. */
static union {{
    uint8_t bytes[MODEL_ARENA_BYTES];
    uint64_t alignment;
}} arena;

static int8_t *at(int32_t offset)
{{
    return (int8_t *)(arena.bytes + offset);
}}

{structs}
int8_t *model_input(void)
{{
    return at({input});
}}

const int8_t *model_output(void)
{{
    return at({output});
}}

void model_init(void)
{{
    for (int32_t i = 0; i < MODEL_ARENA_BYTES; i++) {{
        arena.bytes[i] = 0;
    }}
}}

void model_run(void)
{{
{calls}
}}
"""


def model_c(compilation: Compilation) -> str:
    layers = compilation.layers
    names = c_names(tuple(layer.op.name for layer in layers))
    functions = sorted({layer.function for layer in layers if layer.function})
    offsets = _offset_names(compilation, names)
    graph, arena = compilation.graph, compilation.plan.arena
    lines = [f"    {offsets[t]} = {arena.offset_of(t)}," for t in _owners(compilation)]
    return _TEXT.format(
        includes="\n".join(f'#include "{f}.h"' for f in functions),
        planner=arena.planner,
        lower_bound=arena.lower_bound_bytes,
        offsets="\n".join(lines),
        structs="\n".join(_struct(layer, names[layer.op.name]) for layer in layers if layer.function),
        input=offsets[graph.inputs[0]],
        output=offsets[graph.outputs[0]],
        calls="\n\n".join(_call(layer, names[layer.op.name], offsets) for layer in layers),
    )


def _owners(compilation: Compilation) -> list[str]:
    return [p.buffer.name for p in compilation.plan.arena.placements]


def _offset_names(compilation: Compilation, names: dict[str, str]) -> dict[str, str]:
    """The enumerator for each tensor: AT_INPUT, or AT_ and the layer that writes it.

    Tensors that share memory share the name of the first of them.
    """
    graph = compilation.graph
    result: dict[str, str] = {}
    for placement in compilation.plan.arena.placements:
        producer = graph.producer(placement.buffer.name)
        label = f"AT_{names[producer.name].upper()}" if producer else "AT_INPUT"
        result.update(dict.fromkeys(placement.buffer.tensors, label))
    return result


def _struct(layer: LoweredLayer, name: str) -> str:
    roles = {c.role for c in layer.constants}
    members = [
        f"    .{f.name} = {name + '_' + f.value if f.value in roles else f.value}," for f in layer.fields
    ]
    return "\n".join([f"static const {layer.function}_params {name} = {{", *members, "};", ""])


def _call(layer: LoweredLayer, name: str, offsets: dict[str, str]) -> str:
    comment = f"    /* {layer.op.name}: {layer.comment} */"
    if not layer.function:
        return comment
    source, target = offsets[layer.op.inputs[0]], offsets[layer.op.outputs[0]]
    return f"{comment}\n    {layer.function}(&{name}, at({source}), at({target}));"
