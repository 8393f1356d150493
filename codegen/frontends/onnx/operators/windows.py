"""What convolutions and poolings share: images as NHWC, and the options of a sliding window."""

from __future__ import annotations

from dataclasses import dataclass, replace

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.value import Activation, channels_last
from codegen.graph import Padding


@dataclass(frozen=True, slots=True)
class Window:
    """Of an image ``[height, width]``; `output` is its size after the window went over it."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: Padding
    output: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Side:
    """Along one axis."""

    size: int
    kernel: int
    stride: int
    dilation: int

    @property
    def reach(self) -> int:
        return (self.kernel - 1) * self.dilation + 1


def image(builder: Builder, node: Node) -> Activation:
    """The first input as an image stored as NHWC; a line ``[N, C, W]`` is an image of height 1."""
    value = builder.activation(node)
    if value.rank not in (3, 4):
        raise node.refusal(
            f"works on {value.rank - 2} places of {list(value.shape)}; the compiler knows 1-D and 2-D",
            "use a 1-D or 2-D layer",
        )
    if value.shape[0] != 1:
        raise node.refusal(f"works on {value.shape[0]} images at once", "export the model with a batch of 1")
    value = builder.ordered(node, value, channels_last(value.rank))
    if value.rank == 4:
        return value
    batch, channels, width = value.shape
    tensor = builder.reshaped(node, value.tensor, (batch, 1, width, channels))
    return replace(value, shape=(batch, channels, 1, width), tensor=tensor, order=channels_last(4))


def result(
    builder: Builder, node: Node, tensor: str, shape: tuple[int, int, int, int], unsigned: bool
) -> Activation:
    """The value of a stored NHWC `shape` as the file sees it: as many places as its input has."""
    batch, height, width, channels = shape
    if builder.activation(node).rank == 4:
        return Activation((batch, channels, height, width), tensor, channels_last(4), None, unsigned)
    line = builder.reshaped(node, tensor, (batch, width, channels), suffix="_line")
    return Activation((batch, channels, width), line, channels_last(3), None, unsigned)


def window(node: Node, size: tuple[int, int], kernel: tuple[int, ...], rank: int) -> Window:
    """The node's window over an image of this size; `rank` counts the places that the file knows of."""
    strides = pair(node, "strides", rank)
    dilations = pair(node, "dilations", rank)
    kernels = (1, *kernel) if rank == 1 else kernel
    if len(kernels) != 2 or min(*kernels, *strides, *dilations) < 1:
        raise node.broken(f"has a window {list(kernel)} in steps of {list(strides)}")
    sides = [_Side(*values) for values in zip(size, kernels, strides, dilations, strict=True)]
    pads = _pads(node, sides, rank)
    rounds_up = node.integer("ceil_mode", 0) == 1
    top = _fit(node, sides[0], pads[0], rounds_up)
    left = _fit(node, sides[1], pads[1], rounds_up)
    padding = Padding(pads[0][0], top[1], pads[1][0], left[1])
    return Window((kernels[0], kernels[1]), strides, dilations, padding, (top[0], left[0]))


def pair(node: Node, name: str, rank: int) -> tuple[int, int]:
    """A positive number for height and width; 1 for the height of a line."""
    given = node.integers(name, (1,) * rank) or ()
    if len(given) != rank or not all(0 < n < 65_536 for n in given):
        raise node.broken(f"has {name} {list(given)}")
    return (1, given[0]) if rank == 1 else (given[0], given[1])


def _pads(node: Node, sides: list[_Side], rank: int) -> list[tuple[int, int]]:
    """Elements before and after along height and width."""
    mode = node.text("auto_pad", "NOTSET")
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        return [_same(side, mode == "SAME_UPPER") for side in sides]
    pads = node.integers("pads", (0,) * (2 * rank)) or ()
    if mode == "VALID":
        pads = (0,) * (2 * rank)
    if len(pads) != 2 * rank or not all(0 <= n < 65_536 for n in pads):
        raise node.refusal(f"has the padding {list(pads)}", "use paddings that are not negative")
    return [(0, 0), (pads[0], pads[1])] if rank == 1 else [(pads[0], pads[2]), (pads[1], pads[3])]


def _same(side: _Side, odd_at_end: bool) -> tuple[int, int]:
    out = -(-side.size // side.stride)
    total = max(0, (out - 1) * side.stride + side.reach - side.size)
    half = (total // 2, total - total // 2)
    return half if odd_at_end else (half[1], half[0])


def _fit(node: Node, side: _Side, pads: tuple[int, int], rounds_up: bool) -> tuple[int, int]:
    """Places of the window, and the padding after the image that they need."""
    room = side.size + sum(pads) - side.reach
    if room < 0:
        raise node.refusal(f"has a window larger than its image of {side.size}", "use a smaller window")
    places = room // side.stride + 1
    if rounds_up and room % side.stride and places * side.stride < side.size + pads[0]:
        places += 1  # a last window that starts inside the image or the padding before it
    end = max(pads[1], (places - 1) * side.stride + side.reach - side.size - pads[0])
    return places, end
