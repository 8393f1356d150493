"""Float convolutions (in groups too), depthwise convolutions and dense layers, weights dense."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import cast

from codegen.graph import Conv2D, Dense, DepthwiseConv2D, DType, Op, macs
from codegen.kernels.base import Field, Layer, LoweredLayer, pointer, u16, u32
from codegen.kernels.floats import clamp, float_bias, float_refusal, float_weights
from codegen.kernels.windows import convolution_window, describe, image_sizes


class _WeightsF32(ABC):
    function: str
    serves: type[Op]
    dtype: DType | None = DType.FLOAT32
    encoding = "dense"
    #: Estimated cycles of the Cortex-M0+, which computes floats in software.
    _cycles_a_mac: int
    _word: str

    def refusal(self, layer: Layer) -> str | None:
        return float_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast("Conv2D | DepthwiseConv2D | Dense", layer.op)
        outputs = layer.output.shape[-1]
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{self._word}, {describe(layer)}",
            fields=(pointer("weights"), pointer("bias"), *clamp(op.activation), *self.sizes(layer)),
            constants=(float_weights(layer), float_bias(layer, outputs)),
            cycles=self._cycles_a_mac * macs(layer.graph, op) + 550 * layer.output.elements,
        )

    @abstractmethod
    def sizes(self, layer: Layer) -> tuple[Field, ...]: ...


class Conv2DF32(_WeightsF32):
    function = "thimble_conv2d_f32"
    serves: type[Op] = Conv2D
    _cycles_a_mac = 290
    _word = "convolution"

    def sizes(self, layer: Layer) -> tuple[Field, ...]:
        op = cast(Conv2D, layer.op)
        return (*image_sizes(layer), u16("groups", op.groups), *convolution_window(layer, op, u16))


class DepthwiseConv2DF32(_WeightsF32):
    function = "thimble_depthwise_conv2d_f32"
    serves: type[Op] = DepthwiseConv2D
    _cycles_a_mac = 290
    _word = "depthwise convolution"

    def sizes(self, layer: Layer) -> tuple[Field, ...]:
        multiplier = layer.output.shape[-1] // layer.input.shape[-1]
        window = convolution_window(layer, cast(DepthwiseConv2D, layer.op), u16)
        return (*image_sizes(layer)[:-1], u16("channel_multiplier", multiplier), *window)


class DenseF32(_WeightsF32):
    function = "thimble_dense_f32"
    serves: type[Op] = Dense
    _cycles_a_mac = 290
    _word = "dense"

    def sizes(self, layer: Layer) -> tuple[Field, ...]:
        outputs, inputs = layer.constant(1).shape
        return u32("inputs", inputs), u32("outputs", outputs)
