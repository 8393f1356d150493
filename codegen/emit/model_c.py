"""The network itself: named offsets, one parameter struct and one commented call a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codegen.emit.model_h import c_type_of
from codegen.emit.names import c_names
from codegen.kernels import LoweredLayer
from codegen.kernels.base import input_role
from codegen.plan import scratch_name

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

static void *at(int32_t offset)
{{
    return arena.bytes + offset;
}}

{structs}
{type_in} *model_input(void)
{{
    return at({input});
}}

const {type_out} *model_output(void)
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
        type_in=c_type_of(graph.tensors[graph.inputs[0]]),
        type_out=c_type_of(graph.tensors[graph.outputs[0]]),
        output=offsets[graph.outputs[0]],
        calls="\n\n".join(_call(layer, names[layer.op.name], offsets) for layer in layers),
    )


def _owners(compilation: Compilation) -> list[str]:
    return [p.buffer.name for p in compilation.plan.arena.placements]


def _offset_names(compilation: Compilation, names: dict[str, str]) -> dict[str, str]:
    """The enumerator for each tensor: AT_INPUT, or AT_ and the layer that writes it.

    Tensors that share memory share the name of the first of them.
    """
    result: dict[str, str] = {}
    for placement in compilation.plan.arena.placements:
        label = f"AT_{_writer(compilation, placement.buffer.name, names).upper()}"
        while label in result.values():
            label += "_"
        result.update(dict.fromkeys(placement.buffer.tensors, label))
    return result


def _writer(compilation: Compilation, tensor: str, names: dict[str, str]) -> str:
    """The layer that writes the tensor; a further output of it by its number, its scratch memory as such."""
    for layer in compilation.layers:
        if tensor == scratch_name(layer.op.name):
            return f"{names[layer.op.name]}_scratch"
    producer = compilation.graph.producer(tensor)
    if producer is None:
        return "input"
    place = producer.outputs.index(tensor)
    return f"{names[producer.name]}_{place + 1}" if place else names[producer.name]


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
    inputs = _inputs(layer, name, offsets)
    if layer.takes_list:
        inputs = [f"(const void *const[]){{{', '.join(inputs)}}}"]
    outputs = [f"at({offsets[output]})" for output in layer.op.outputs]
    if layer.gives_list:
        outputs = [f"(void *const[]){{{', '.join(outputs)}}}"]
    scratch = [f"at({offsets[scratch_name(layer.op.name)]})"] if layer.scratch_bytes else []
    arguments = ", ".join((f"&{name}", *inputs, *outputs, *scratch))
    return f"{comment}\n    {layer.function}({arguments});"


def _inputs(layer: LoweredLayer, name: str, offsets: dict[str, str]) -> list[str]:
    """Pointers to what the layer reads: activations, and the constants that are lowered as inputs."""
    roles = {c.role for c in layer.constants}
    pointers = []
    for index, tensor in enumerate(layer.op.inputs):
        if tensor in offsets:
            pointers.append(f"at({offsets[tensor]})")
        elif input_role(index) in roles:
            pointers.append(f"{name}_{input_role(index)}")
    return pointers
