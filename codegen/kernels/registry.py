"""All kernels, and the choice among those that serve a layer."""

from __future__ import annotations

from codegen.errors import CodegenError
from codegen.kernels.base import Kernel, Layer, LoweredLayer, serves_cpu
from codegen.kernels.conv2d_s8 import Conv2DS8
from codegen.kernels.conv2d_s8_m0 import Conv2DS8M0
from codegen.kernels.cycles import with_cycles_on
from codegen.kernels.dense_s8 import DenseCrs8S8, DenseCrs16S8, DenseS8
from codegen.kernels.max_pool_s8 import MaxPoolS8
from codegen.kernels.reshape import ReshapeInPlace
from codegen.kernels.softmax_s8 import SoftmaxS8
from codegen.sparse import ENCODINGS
from codegen.targets.board import Cpu

KERNELS: tuple[Kernel, ...] = (
    Conv2DS8(),
    Conv2DS8M0(),
    DenseS8(),
    DenseCrs8S8(),
    DenseCrs16S8(),
    MaxPoolS8(),
    SoftmaxS8(),
    ReshapeInPlace(),
)


def lower_layer(layer: Layer, encoding: str, cpu: Cpu, scratch_limit_bytes: int) -> LoweredLayer:
    """The layer in the storage that takes the least flash under this `encoding`, through the kernel for it
    that takes the fewest cycles on `cpu` and no more scratch memory than `scratch_limit_bytes`.

    A forced encoding applies to the layers that have a kernel for it; the others stay as with `dense`.
    Raises CodegenError ``unsupported-operator`` naming the layer and the reason.
    """
    serving = [k for k in KERNELS if isinstance(layer.op, k.serves) and serves_cpu(k, cpu)]
    refusals = {k.function or k.encoding: k.refusal(layer) for k in serving}
    able = [k for k in serving if refusals[k.function or k.encoding] is None]
    if not able:
        reason = next((r for r in refusals.values() if r), "is not supported yet")
        raise CodegenError(
            "unsupported-operator",
            f"layer {layer.op.name!r} ({layer.op.kind}) {reason}",
            'compress the model with [quantize] kind = "int8" first',
        )
    wanted = [k for k in able if k.encoding in ENCODINGS[encoding]]
    chosen = wanted or [k for k in able if k.encoding in ("dense", "none")]
    lowered = [with_cycles_on(cpu, k.lower(layer)) for k in chosen]
    smallest = min(lowered, key=lambda x: x.weights_bytes).encoding
    fitting = [x for x in lowered if x.encoding == smallest and x.scratch_bytes <= scratch_limit_bytes]
    return min(fitting, key=lambda x: x.cycles)
