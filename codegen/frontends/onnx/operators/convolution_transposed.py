"""ConvTranspose: in groups, 1-D and 2-D."""

from __future__ import annotations

from dataclasses import dataclass, replace

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.operators.windows import image, pair, result
from codegen.frontends.onnx.value import Value
from codegen.graph import ConvTranspose2D, Padding, Quantization


@dataclass(frozen=True, slots=True)
class _Side:
    """Along one axis: `total` elements without the padding, of which `padding` before and after are cut."""

    output: int
    padding: tuple[int, int]


def conv_transpose(builder: Builder, node: Node) -> Value:
    """Filters ``[in, out / groups, height, width]`` become ``[out, height, width, in / groups]``."""
    source = image(builder, node)
    batch, channels, height, width = source.shape
    filters = builder.known(node, 1)
    rank = filters.data.ndim - 2
    groups = node.integer("group", 1)
    fits = rank == builder.activation(node).rank - 2 and filters.data.shape[0] == channels
    if not fits or groups < 1 or channels % groups:
        given = list(builder.activation(node).shape)
        raise node.broken(f"has filters {list(filters.data.shape)} for {given}")
    if rank == 1:
        filters = replace(filters, data=filters.data[:, :, None, :])
    _, each, k_h, k_w = filters.data.shape
    stored = filters.data.reshape(groups, channels // groups, each, k_h, k_w)
    stored = stored.transpose(0, 2, 3, 4, 1).reshape(groups * each, k_h, k_w, channels // groups)
    scales = _scales(filters.quantization, groups)
    inputs = [source.tensor, builder.add_constant(f"{node.name}_weights", stored, scales)]
    if node.has_input(2):
        bias = builder.constant(node, 2)
        if bias.shape != (groups * each,):
            raise node.broken(f"has a bias {list(bias.shape)} for {groups * each} filters")
        inputs.append(builder.add_constant(f"{node.name}_bias", bias))
    strides, dilations = pair(node, "strides", rank), pair(node, "dilations", rank)
    sides = _sides(node, rank, (height, width), (k_h, k_w), strides, dilations)
    shape = (batch, sides[0].output, sides[1].output, groups * each)
    tensor = builder.emit(
        node,
        ConvTranspose2D,
        tuple(inputs),
        shape,
        stride=strides,
        dilation=dilations,
        padding=Padding(*sides[0].padding, *sides[1].padding),
        groups=groups,
    )
    return result(builder, node, tensor, shape, source.unsigned)


def _scales(quantization: Quantization | None, groups: int) -> Quantization | None:
    """Along the outputs of all groups, which share the file's scales, and are the first axis then."""
    if quantization is None or quantization.axis is None:
        return quantization
    return (
        Quantization(quantization.scale * groups, quantization.zero_point * groups, 0)
        if quantization.axis == 1
        else None
    )


def _sides(
    node: Node,
    rank: int,
    size: tuple[int, int],
    kernel: tuple[int, int],
    strides: tuple[int, int],
    dilations: tuple[int, int],
) -> list[_Side]:
    """The output's sizes and what is cut off, as the operator's specification computes them."""
    more = _per_place(node, "output_padding", rank, 0)
    wanted = _per_place(node, "output_shape", rank, 0)
    pads = node.integers("pads", (0,) * (2 * rank)) or ()
    if len(pads) != 2 * rank or not all(0 <= n < 65_536 for n in pads):
        raise node.refusal(f"has the padding {list(pads)}", "use paddings that are not negative")
    given = [(0, 0), (pads[0], pads[1])] if rank == 1 else [(pads[0], pads[2]), (pads[1], pads[3])]
    mode = node.text("auto_pad", "NOTSET")
    sides = []
    for axis in range(2):
        reach = (kernel[axis] - 1) * dilations[axis] + 1
        total = strides[axis] * (size[axis] - 1) + reach + more[axis]
        output = wanted[axis] or (size[axis] * strides[axis] if mode.startswith("SAME") else 0)
        if output:
            cut = max(0, total - output)
            less = cut // 2
            padding = (less, cut - less) if mode == "SAME_UPPER" else (cut - less, less)
            # An explicit output shape without auto_pad cuts the odd element at the start, as SAME_LOWER does.
            sides.append(_Side(output, padding))
        else:
            sides.append(_Side(total - sum(given[axis]), given[axis]))
    return sides


def _per_place(node: Node, name: str, rank: int, default: int) -> tuple[int, int]:
    given = node.integers(name, (default,) * rank) or ()
    if len(given) != rank or not all(0 <= n < 65_536 for n in given):
        raise node.broken(f"has {name} {list(given)}")
    return (default, given[0]) if rank == 1 else (given[0], given[1])
