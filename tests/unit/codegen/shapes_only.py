"""Networks as the planner sees them: operators and shapes, without weights."""

from __future__ import annotations

from codegen.graph import (
    Add,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    DType,
    Graph,
    MaxPool2D,
    Mean,
    Op,
    Softmax,
    Tensor,
)

#: What works in place in int8 with the kernels that there are.
IN_PLACE = (Add, Softmax)


class Shapes:
    """Appends operators; every method returns the name of what it appended."""

    def __init__(self, *shape: int) -> None:
        self.tensors = {"x": Tensor("x", (1, *shape), DType.INT8)}
        self.ops: list[Op] = []

    def put(self, kind: type[Op], inputs: tuple[str, ...], *shape: int) -> str:
        name = f"t{len(self.ops)}"
        self.tensors[name] = Tensor(name, (1, *shape), DType.INT8)
        self.ops.append(kind(f"op{len(self.ops)}", inputs, (name,)))
        return name

    def conv(self, x: str, channels: int, stride: int = 1, kind: type[Op] = Conv2D) -> str:
        _, height, width, _ = self.tensors[x].shape
        return self.put(kind, (x,), -(-height // stride), -(-width // stride), channels)

    def depthwise(self, x: str, stride: int = 1) -> str:
        return self.conv(x, self.tensors[x].shape[3], stride, DepthwiseConv2D)

    def add(self, a: str, b: str) -> str:
        return self.put(Add, (a, b), *self.tensors[a].shape[1:])

    def classes(self, x: str, count: int) -> Graph:
        mean = self.put(Mean, (x,), self.tensors[x].shape[3])
        last = self.put(Softmax, (self.put(Dense, (mean,), count),), count)
        return Graph("shapes", self.tensors, tuple(self.ops), ("x",), (last,))


def in_place(graph: Graph) -> frozenset[str]:
    return frozenset(op.name for op in graph.ops if isinstance(op, IN_PLACE))


def resnet8() -> Graph:
    """Image classification of MLPerf Tiny."""
    net = Shapes(32, 32, 3)
    x = net.conv("x", 16)
    for channels, stride in ((16, 1), (32, 2), (64, 2)):
        y = net.conv(net.conv(x, channels, stride), channels)
        x = net.add(y, net.conv(x, channels, stride) if stride > 1 else x)
    return net.classes(x, 10)


def vww() -> Graph:
    """Visual wake words of MLPerf Tiny: MobileNetV1, a quarter as wide, on 96x96."""
    net = Shapes(96, 96, 3)
    x = net.conv("x", 8, 2)
    for channels, stride in ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), *5 * ((128, 1),)):
        x = net.conv(net.depthwise(x, stride), channels)
    for channels, stride in ((256, 2), (256, 1)):
        x = net.conv(net.depthwise(x, stride), channels)
    return net.classes(x, 2)


def mobilenet_v2(size: int = 96, alpha: float = 1.0) -> Graph:
    """Inverted residuals, as Sandler et al. list them in table 2."""
    net = Shapes(size, size, 3)
    x = net.conv("x", _wide(32, alpha), 2)
    x = net.conv(net.depthwise(x), _wide(16, alpha))
    blocks = ((24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1))
    for channels, repeats, stride in blocks:
        for number in range(repeats):
            y = net.conv(x, 6 * net.tensors[x].shape[3])
            y = net.conv(net.depthwise(y, stride if number == 0 else 1), _wide(channels, alpha))
            x = net.add(x, y) if number else y
    return net.classes(net.conv(x, 1280), 1000)


def _wide(channels: int, alpha: float) -> int:
    return max(8, int(channels * alpha + 4) // 8 * 8)


def resnet50(size: int = 64) -> Graph:
    """Bottleneck blocks, as He et al. list them in table 1."""
    net = Shapes(size, size, 3)
    x = net.conv("x", 64, 2)
    _, height, width, channels = net.tensors[x].shape
    x = net.put(MaxPool2D, (x,), height // 2, width // 2, channels)
    for channels, repeats, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for number in range(repeats):
            step = stride if number == 0 else 1
            y = net.conv(net.conv(net.conv(x, channels), channels, step), 4 * channels)
            x = net.add(y, net.conv(x, 4 * channels, step) if number == 0 else x)
    return net.classes(x, 1000)


NETWORKS = {f.__name__: f for f in (resnet8, vww, mobilenet_v2, resnet50)}
