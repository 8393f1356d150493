"""A constant that is added to each channel behind a float layer without bias becomes its bias."""

from __future__ import annotations

from dataclasses import replace

from codegen.graph import Activation, Add, DType, Graph, Op, Reshape, Tensor


def fold_bias(graph: Graph) -> Graph:
    """Merge Add(layer, constant) where the constant has one number a channel; a Reshape may lie between."""
    ops: list[Op] = []
    tensors: dict[str, Tensor] = {}
    for op in graph.ops:
        found = _target(graph, ops, op)
        if found is None:
            ops.append(op)
            continue
        layer, constant = found
        name = f"{ops[layer].name}_bias_added"
        data = constant.data
        if data is None:
            raise ValueError(f"{constant.name} is no constant")
        tensors[name] = Tensor(name, (data.size,), DType.FLOAT32, None, data.reshape(-1))
        ops[layer] = replace(ops[layer], inputs=(*ops[layer].inputs, name))
        last = next(n for n, before in enumerate(ops) if before.outputs[0] in op.inputs)
        ops[last] = replace(ops[last], outputs=op.outputs)
    return graph.with_ops(tuple(ops), **tensors)


def _target(graph: Graph, done: list[Op], op: Op) -> tuple[int, Tensor] | None:
    """The layer that takes the bias, by its place, and the constant."""
    if not isinstance(op, Add) or op.activation is not Activation.NONE:
        return None
    constants = [graph.tensors[name] for name in op.inputs if graph.tensors[name].is_constant]
    computed = [name for name in op.inputs if not graph.tensors[name].is_constant]
    if len(constants) != 1 or len(computed) != 1 or graph.tensors[computed[0]].dtype is not DType.FLOAT32:
        return None
    channels = graph.tensors[computed[0]].shape[-1:]
    constant = constants[0]
    if channels != constant.shape[-1:] or constant.elements != channels[0]:
        return None
    if graph.tensors[computed[0]].shape != graph.tensors[op.outputs[0]].shape:
        return None
    layer = _feeding(graph, done, computed[0])
    return None if layer is None else (layer, constant)


def _feeding(graph: Graph, done: list[Op], tensor: str) -> int | None:
    """The layer without bias that alone leads to `tensor`, perhaps by Reshapes that keep the channels."""
    writers = {name: index for index, op in enumerate(done) for name in op.outputs}
    channels = graph.tensors[tensor].shape[-1:]
    while tensor in writers and tensor not in graph.outputs and len(graph.consumers(tensor)) == 1:
        op = done[writers[tensor]]
        if not isinstance(op, Reshape):
            free = getattr(op, "activation", None) is Activation.NONE
            return writers[tensor] if op.weight_axis is not None and len(op.inputs) == 2 and free else None
        tensor = op.inputs[0]
        if graph.tensors[tensor].shape[-1:] != channels:
            return None
    return None
