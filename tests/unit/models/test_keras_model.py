"""What a Keras model's last layers mean for training, told without Keras."""

from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import ThimbleError
from core.models.keras_model import check_learns_classes, ends_in_softmax


def _layer(kind: str, activation: str = "", **attributes: Any) -> Any:
    """A layer as far as it is asked for its kind and its activation."""
    if activation:
        attributes["activation"] = type(activation, (), {"__name__": activation})()
    return type(kind, (), attributes)()


SOFTMAX = _layer("Dense", "softmax")
SIMULATED_FLATTEN = _layer("Simulated", inner=_layer("Flatten"))


@pytest.mark.parametrize(
    ("layers", "softmax"),
    [
        ([SOFTMAX], True),
        ([_layer("Dense", "linear"), _layer("Softmax")], True),
        ([_layer("Dense", "linear")], False),
        ([SOFTMAX, _layer("Reshape")], True),
        ([_layer("Conv2D"), _layer("Softmax"), _layer("Flatten"), _layer("Activation", "linear")], True),
        ([SOFTMAX, _layer("Dense", "linear"), _layer("Flatten")], False),
        ([_layer("QuantizeWrapperV2", layer=SOFTMAX)], True),
        ([_layer("Simulated", "softmax", inner=_layer("Dense", "linear")), SIMULATED_FLATTEN], True),
        ([_layer("Flatten")], False),
    ],
)
def test_a_softmax_is_found_behind_layers_that_change_the_shape(layers: list[Any], softmax: bool) -> None:
    model = SimpleNamespace(layers=layers, name="net")
    assert ends_in_softmax(model) == softmax
    check_learns_classes(model)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "hard_sigmoid", "relu6"])
def test_outputs_that_are_bounded_otherwise_cannot_learn_classes(activation: str) -> None:
    for layers in ([_layer("Dense", activation)], [_layer("Activation", activation), _layer("Reshape")]):
        with pytest.raises(ThimbleError, match=f"ends in {activation}") as caught:
            check_learns_classes(SimpleNamespace(layers=layers, name="net"))
        assert caught.value.code == "cannot-learn-classes"
