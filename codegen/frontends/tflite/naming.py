"""Names for people from the names in the file."""

from __future__ import annotations

from typing import Any

#: The two operators of a separable convolution stand below this in its layer.
_SEPARABLE = "separable_conv2d"

#: What TensorFlow calls the operation itself, by TFLite operator: the converter joins the names of all that
#: it fused, and the layer that holds the weights is the one people know.
_OPERATIONS = {
    "CONV_2D": ("convolution", "Conv2D", _SEPARABLE),
    "DEPTHWISE_CONV_2D": ("depthwise", "depthwise_convolution", "DepthwiseConv2D", "DepthwiseConv2dNative"),
    "FULLY_CONNECTED": ("MatMul", "Tensordot"),
}


def layer_name(tensor_name: str, kind: str) -> str:
    """The Keras layer that a TFLite tensor came from.

    ``model/conv2d/Relu;…`` is ``conv2d``; ``model/re_lu/Relu;model/first/convolution`` of a CONV_2D is
    ``first``. A number behind the operation tells two tensors of it apart: ``model/deep/depthwise1`` is
    ``deep``. The first half of a separable convolution ``body`` is ``body/depthwise``.
    """
    joined = [part.split("/") for part in tensor_name.split(";")]
    operations = _OPERATIONS.get(kind, ())
    own = (path for path in joined if path[-1].rstrip("0123456789") in operations and len(path) >= 2)
    path = next(own, joined[0])
    if path[-2:-1] == [_SEPARABLE] and len(path) >= 3:
        return f"{path[-3]}/depthwise"
    return path[-2] if len(path) >= 2 else kind.lower()


def text(name: Any) -> str:
    """A name as the flatbuffer holds it."""
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
