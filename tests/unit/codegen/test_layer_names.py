import pytest

from codegen.frontends import load_graph
from codegen.frontends.tflite import layer_name
from tests.unit.codegen.tflite_models import TfliteModel


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


def test_no_two_layers_have_one_name(tmp_path):
    """A number behind a name that comes twice may make the name of another layer."""
    model, last = TfliteModel((1, 4)), 0
    for layer in ("conv", "conv", "conv_2", "conv_2", "conv"):
        last = model.add("RELU", last, shape=(1, 4), layer=layer)
    names = [op.name for op in load_graph(model.write(tmp_path / "m.tflite")).ops]
    assert names == ["conv", "conv_2", "conv_2_2", "conv_2_3", "conv_3"]
