"""The network itself: named offsets, one parameter struct and one commented call a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codegen.emit.comments import comment_text
from codegen.emit.model_h import c_type_of
from codegen.emit.names import c_names
from codegen.kernels import LoweredLayer
from codegen.kernels.base import input_role
from codegen.plan import ArenaPlan, scratch_name

if TYPE_CHECKING:
    from codegen.compiler import Compilation

_TEXT = """\
#include "{m}.h"

#include "{m}_data.h"
{includes}

/* Offsets in the arena. Buffers that are alive at the same time never overlap ({planner}; no plan can
 * be smaller than {lower_bound} bytes). */
enum {{
{offsets}
}};

/* A union, so that the arena is aligned for words without any compiler's extension. */
static union {{
    uint8_t bytes[{M}_ARENA_BYTES];
    uint64_t alignment;
}} arena;

static void *at(int32_t offset)
{{
    return arena.bytes + offset;
}}

{structs}
{type_in} *{m}_input(void)
{{
    return at({input});
}}

const {type_out} *{m}_output(void)
{{
    return at({output});
}}

void {m}_init(void)
{{
    for (int32_t i = 0; i < {M}_ARENA_BYTES; i++) {{
        arena.bytes[i] = 0;
    }}
}}

void {m}_run(void)
{{
{calls}
}}
"""


def model_c(compilation: Compilation, name: str) -> str:
    """`name` is what every global name of the model begins with."""
    layers = compilation.layers
    names = c_names(tuple(layer.op.name for layer in layers), name)
    functions = sorted({layer.function for layer in layers if layer.function})
    offsets = _offset_names(compilation, names)
    graph, arena = compilation.graph, compilation.plan.arena
    return _TEXT.format(
        m=name,
        M=name.upper(),
        includes="\n".join(f'#include "{f}.h"' for f in functions),
        planner=arena.planner,
        lower_bound=arena.lower_bound_bytes,
        offsets="\n".join(_offset_lines(arena, offsets)),
        structs="\n".join(_struct(layer, names[layer.op.name], name) for layer in layers if layer.function),
        input=offsets[graph.inputs[0]],
        type_in=c_type_of(graph.tensors[graph.inputs[0]]),
        type_out=c_type_of(graph.tensors[graph.outputs[0]]),
        output=offsets[graph.outputs[0]],
        calls="\n\n".join(_call(layer, names[layer.op.name], offsets, name) for layer in layers),
    )


def _offset_lines(arena: ArenaPlan, offsets: dict[str, str]) -> list[str]:
    """An enumerator a buffer, with its size, in the order in which the buffers are first written."""
    placements = sorted(arena.placements, key=lambda p: (p.buffer.first, p.offset))
    values = [f"    {offsets[p.buffer.name]} = {p.offset}," for p in placements]
    width = max(map(len, values))
    return [
        f"{value:<{width}} /* {p.buffer.size_bytes} bytes */"
        for value, p in zip(values, placements, strict=True)
    ]


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


def _struct(layer: LoweredLayer, name: str, model: str) -> str:
    roles = {c.role for c in layer.constants}
    members = [
        f"    .{f.name} = {f'{model}_{name}_{f.value}' if f.value in roles else f.value},"
        for f in layer.fields
    ]
    return "\n".join([f"static const {layer.function}_params {name} = {{", *members, "};", ""])


def _call(layer: LoweredLayer, name: str, offsets: dict[str, str], model: str) -> str:
    comment = f"    /* {comment_text(layer.op.name)}: {layer.comment} */"
    if not layer.function:
        return comment
    inputs = _inputs(layer, f"{model}_{name}", offsets)
    if layer.takes_list:
        inputs = [f"(const void *const[]){{{', '.join(inputs)}}}"]
    outputs = [f"at({offsets[output]})" for output in layer.op.outputs]
    if layer.gives_list:
        outputs = [f"(void *const[]){{{', '.join(outputs)}}}"]
    scratch = [f"at({offsets[scratch_name(layer.op.name)]})"] if layer.scratch_bytes else []
    arguments = ", ".join((f"&{name}", *inputs, *outputs, *scratch))
    return f"{comment}\n    {layer.function}({arguments});"


def _inputs(layer: LoweredLayer, array_name: str, offsets: dict[str, str]) -> list[str]:
    """Pointers to what the layer reads: activations, and the constants that are lowered as inputs."""
    roles = {c.role for c in layer.constants}
    pointers = []
    for index, tensor in enumerate(layer.op.inputs):
        if tensor in offsets:
            pointers.append(f"at({offsets[tensor]})")
        elif input_role(index) in roles:
            pointers.append(f"{array_name}_{input_role(index)}")
    return pointers
