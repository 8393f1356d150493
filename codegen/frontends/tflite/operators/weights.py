"""Convolutions, dense layers and products of matrices."""

from __future__ import annotations

from functools import partial

from codegen.frontends.tflite.site import Site
from codegen.frontends.tflite.steps import Reader, StepBuilder, Steps
from codegen.graph import (
    Activation,
    Add,
    Conv2D,
    ConvTranspose2D,
    Dense,
    DepthwiseConv2D,
    DType,
    MatMul,
    Op,
    Reshape,
    Rounding,
)


def _window(site: Site) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """Kernel, stride and dilation."""
    kernel = (site.inputs[1].shape[1], site.inputs[1].shape[2])
    stride = (int(site.options.strideH), int(site.options.strideW))
    dilation = (int(site.options.dilationHFactor), int(site.options.dilationWFactor))
    return kernel, stride, dilation


def _conv2d(site: Site) -> Op:
    kernel, stride, dilation = _window(site)
    groups, rest = divmod(site.inputs[0].shape[3], site.inputs[1].shape[3])
    if rest:
        raise site.refuse(f"{site.inputs[0].shape[3]} channels for its weights", "export the model again")
    padding = site.padding(kernel, stride, dilation)
    return Conv2D(site.layer, *site.names(), stride, dilation, padding, site.activation(), groups)


def _depthwise(site: Site) -> Op:
    kernel, stride, dilation = _window(site)
    padding = site.padding(kernel, stride, dilation)
    return DepthwiseConv2D(site.layer, *site.names(), stride, dilation, padding, site.activation())


def _transpose_conv(site: Site) -> Op:
    """Inputs: the output's shape, weights ``[out, h, w, in]``, activations, and a bias or none."""
    _, weights, source, *bias = site.inputs
    result = site.outputs[0].shape
    if len(weights.shape) != 4 or len(source.shape) != 4 or len(result) != 4:
        raise site.refuse("an odd number of axes", "export the model again")
    kernel = (weights.shape[1], weights.shape[2])
    stride = (int(site.options.strideH), int(site.options.strideW))
    padding = site.padding(kernel, stride, size=(result[1], result[2]))
    names = tuple(t.name for t in (source, weights, *bias))
    outputs = site.names()[1]
    return ConvTranspose2D(site.layer, names, outputs, stride, (1, 1), padding, site.activation())


def _dense(site: Site) -> Op | Steps:
    if site.options.weightsFormat:
        raise site.refuse("shuffled weights", "export the model again")
    source, weights = site.inputs[:2]
    if len(weights.shape) != 2:
        raise site.refuse(f"weights of {len(weights.shape)} axes", "give them two")
    if weights.data is None:
        return _dense_of_activations(site)
    outputs, inputs = weights.shape
    rows, rest = divmod(source.elements, inputs)
    if rest or not rows:
        raise site.refuse(f"weights for {inputs} inputs, and others", "export the model again")
    integer = source.dtype is not DType.FLOAT32
    if integer and weights.name in site.stored_sparse:
        return _rows(site, rows, Rounding.TWICE)  # as the reference does with sparse weights
    if rows > 1:
        return _rows(site, rows, Rounding.ONCE if integer else Rounding.TWICE)
    if source.shape[-1:] == (inputs,) and site.outputs[0].shape[-1:] == (outputs,):
        return Dense(site.layer, *site.names(), site.activation())
    steps, made = StepBuilder(site), partial(Dense, activation=site.activation())
    row = steps.reshaped(source, (1, inputs))
    steps.last(steps.join((row, *site.inputs[1:]), site.outputs[0], (1, outputs), made), Reshape)
    return steps.done()


def _rows(site: Site, rows: int, rounding: Rounding) -> Steps:
    """The same weights for each row: a convolution of one tap."""
    source, weights, *bias = site.inputs
    outputs, inputs = weights.shape
    steps = StepBuilder(site)
    made = partial(Conv2D, activation=site.activation(), rounding=rounding)
    image = steps.reshaped(source, (1, rows, 1, inputs))
    taps = steps.reshaped(weights, (outputs, 1, 1, inputs))
    result = steps.join((image, taps, *bias), site.outputs[0], (1, rows, 1, outputs), made)
    steps.last(result, Reshape)
    return steps.done()


def _dense_of_activations(site: Site) -> Op | Steps:
    """The second input is computed: a product of matrices, and a bias added to it."""
    if site.inputs[0].dtype is not DType.FLOAT32 or site.activation() is not Activation.NONE:
        raise site.refuse("computed weights", "multiply matrices with tf.matmul instead")
    product = partial(MatMul, transpose_b=True)
    if len(site.inputs) == 2:
        return product(site.layer, *site.names())
    steps = StepBuilder(site)
    both = steps.join(site.inputs[:2], site.outputs[0], site.outputs[0].shape, product)
    steps.last_of((both, site.inputs[2]), Add)
    return steps.done()


def _batch_mat_mul(site: Site) -> Op:
    return MatMul(site.layer, *site.names(2), bool(site.options.adjX), bool(site.options.adjY))


READERS: dict[str, Reader] = {
    "CONV_2D": _conv2d,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _dense,
    "TRANSPOSE_CONV": _transpose_conv,
    "BATCH_MATMUL": _batch_mat_mul,
}
