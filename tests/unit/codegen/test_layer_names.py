import pytest

from codegen.frontends.tflite import layer_name


@pytest.mark.parametrize(
    ("tensor", "kind", "layer"),
    [
        ("model/conv2d/Relu;model/conv2d/BiasAdd;model/conv2d/convolution", "CONV_2D", "conv2d"),
        ("model/re_lu/Relu;model/first/convolution", "CONV_2D", "first"),
        ("model/act/Relu;model/hidden/BiasAdd;model/hidden/MatMul", "FULLY_CONNECTED", "hidden"),
        ("model/pool/MaxPool2d", "MAX_POOL_2D", "pool"),
        ("StatefulPartitionedCall_1:0", "SOFTMAX", "softmax"),
    ],
)
def test_the_layer_with_the_weights_gives_its_name(tensor, kind, layer):
    assert layer_name(tensor, kind) == layer
