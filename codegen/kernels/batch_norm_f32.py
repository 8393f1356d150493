"""Float batch normalization that stands alone."""

from __future__ import annotations

from typing import cast

import numpy as np

from codegen.graph import BatchNorm, DType, Op
from codegen.kernels.base import Layer, LoweredLayer, pointer, u32
from codegen.sparse import ConstantArray


class BatchNormF32:
    function = "thimble_batch_norm_f32"
    serves: type[Op] = BatchNorm
    dtype: DType | None = DType.FLOAT32
    encoding = "none"
    in_place = True

    def refusal(self, layer: Layer) -> str | None:
        return None

    def lower(self, layer: Layer) -> LoweredLayer:
        """gamma / sqrt(variance + epsilon) and beta − mean · that, in double precision until the end."""
        op = cast(BatchNorm, layer.op)
        gamma, beta, mean, variance = (layer.constant(n).astype(np.float64) for n in range(1, 5))
        factor = gamma / np.sqrt(variance + op.epsilon)
        offset = beta - mean * factor
        channels = len(factor)
        pixels = layer.input.elements // channels
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"batch normalization of {channels} channels",
            fields=(pointer("factor"), pointer("offset"), u32("pixels", pixels), u32("channels", channels)),
            constants=(
                ConstantArray("factor", factor.astype(np.float32)),
                ConstantArray("offset", offset.astype(np.float32)),
            ),
            cycles=320 * layer.input.elements,
        )
