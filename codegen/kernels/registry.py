"""All kernels, and the choice among those that serve a layer."""

from __future__ import annotations

from codegen.errors import CodegenError
from codegen.kernels.base import Kernel, Layer, LoweredLayer
from codegen.kernels.conv2d_s8 import Conv2DS8
from codegen.kernels.dense_s8 import DenseCrs8S8, DenseCrs16S8, DenseS8
from codegen.kernels.max_pool_s8 import MaxPoolS8
from codegen.kernels.reshape import ReshapeInPlace
from codegen.kernels.softmax_s8 import SoftmaxS8
from codegen.sparse import ENCODINGS

KERNELS: tuple[Kernel, ...] = (
    Conv2DS8(),
    DenseS8(),
    DenseCrs8S8(),
    DenseCrs16S8(),
    MaxPoolS8(),
    SoftmaxS8(),
    ReshapeInPlace(),
)


def lower_layer(layer: Layer, encoding: str) -> LoweredLayer:
    """The layer through the kernel that takes the least flash under this `encoding`.

    A forced encoding applies to the layers that have a kernel for it; the others stay as with `dense`.
    Raises CodegenError ``unsupported-operator`` naming the layer and the reason.
    """
    serving = [k for k in KERNELS if isinstance(layer.op, k.serves)]
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
    return min((k.lower(layer) for k in chosen), key=lambda lowered: lowered.weights_bytes)
