"""int8 convolution, in groups too, whose weights have a zero point: uint8 weights of ONNX files."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from codegen.graph import macs
from codegen.kernels.base import Layer, LoweredLayer, pointer
from codegen.kernels.grouped_conv2d_s8 import GroupedConv2DS8
from codegen.kernels.requantization import has_symmetric_weights, int8_types_refusal, per_channel
from codegen.sparse import ConstantArray


class AsymmetricConv2DS8(GroupedConv2DS8):
    function = "thimble_asymmetric_conv2d_s8"

    def refusal(self, layer: Layer) -> str | None:
        if has_symmetric_weights(layer):
            return "has weights without a zero point"
        return int8_types_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        """As in groups, with the zero point of each output's weights."""
        lowered = super().lower(layer)
        weights = layer.quantization(layer.graph.tensors[layer.op.inputs[1]])
        given = ConstantArray("weight_zero", np.array(weights.zero_point, np.int8))
        zeros = per_channel(given, layer.output.shape[-1])
        return replace(
            lowered,
            fields=(pointer("weight_zero"), *lowered.fields),
            constants=(*lowered.constants, zeros),
            comment=f"{lowered.comment}, asymmetric weights",
            cycles=47 * macs(layer.graph, layer.op) + 590 * layer.output.elements,
        )
