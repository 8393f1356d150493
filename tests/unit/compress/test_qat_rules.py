"""What int8 makes of each kind of layer: complete, and told in words where there is nothing."""

from __future__ import annotations

from typing import Any

import pytest

from core.compress.qat.places import places
from core.compress.qat.rules import ACTIVATIONS, RULES, Parts, rule_of
from core.compress.quantizers import QUANTIZERS, find_quantizer
from core.errors import ThimbleError
from core.models.keras_config import KerasLayer, KerasNetwork
from core.models.keras_layers import CONVERTERS
from core.models.keras_layers.activations import FUSED
from core.models.keras_layers.stored import STORED
from core.recipe import Quantize, QuantizeKind, QuantizeMode


def _layer(kind: str, name: str = "here", feeds: str = "", **config: Any) -> KerasLayer:
    return KerasLayer(name, kind, config, (feeds,) if feeds else ())


@pytest.mark.parametrize("kind", CONVERTERS)
def test_every_layer_of_the_compiler_has_a_rule(kind: str) -> None:
    assert rule_of(_layer(kind)) is RULES[kind]


@pytest.mark.parametrize("kind", [kind for kind, weights in STORED.items() if "kernel" in weights[0].suffix])
def test_kernels_have_a_grid(kind: str) -> None:
    kernels = [place for place, stored in enumerate(STORED[kind]) if stored.suffix.endswith("kernel")]
    assert [grid.place for grid in RULES[kind].grids] == kernels


@pytest.mark.parametrize("layer", [_layer("Lambda"), _layer("Dense", activation="hard_sigmoid")])
def test_what_has_no_form_in_int8_is_named(layer: KerasLayer) -> None:
    with pytest.raises(ThimbleError) as caught:
        places(KerasNetwork("n", (_layer("InputLayer", "in"), layer), ("in",), ("here",)))
    assert caught.value.code == "cannot-train-quantized"
    assert f"'here' ({layer.class_name})" in caught.value.what
    assert "ptq" in caught.value.hint


def _chain(*layers: KerasLayer) -> KerasNetwork:
    chained = [_layer("InputLayer", "in")]
    for number, layer in enumerate(layers):
        chained.append(_layer(layer.class_name, str(number), chained[-1].name, **layer.config))
    return KerasNetwork("n", tuple(chained), ("in",), (chained[-1].name,))


RELU = {"activation": "relu"}


@pytest.mark.parametrize(
    ("layers", "ranges"),
    [
        ((_layer("Conv2D"), _layer("BatchNormalization"), _layer("ReLU")), (False, False, True)),
        ((_layer("Conv2D"), _layer("Activation", **RELU)), (False, True)),
        ((_layer("Conv2D", **RELU), _layer("BatchNormalization")), (True, True)),
        ((_layer("Conv2D"), _layer("ReLU", negative_slope=0.1)), (True, True)),
        ((_layer("Conv2D"), _layer("MaxPooling2D"), _layer("ReLU")), (True, False, True)),
        ((_layer("Dense"), _layer("Softmax")), (True, False)),
        ((_layer("Dense", activation="tanh"), _layer("Dense", activation="silu")), (False, True)),
    ],
)
def test_where_a_result_has_a_range(layers: tuple[KerasLayer, ...], ranges: tuple[bool, ...]) -> None:
    assert tuple(place.of_result for place in places(_chain(*layers)).values()) == ranges


def test_a_batch_norm_of_its_own_is_a_product_and_a_sum() -> None:
    alone = places(_chain(_layer("Conv2D", **RELU), _layer("BatchNormalization")))
    taken_in = places(_chain(_layer("Conv2D"), _layer("BatchNormalization")))
    assert [place.parts for place in alone.values()] == [Parts.ONE, Parts.AFFINE]
    assert [place.parts for place in taken_in.values()] == [Parts.ONE, Parts.ONE]


def test_what_two_layers_read_is_taken_in_by_none() -> None:
    head, left, right = _layer("Conv2D", "0", "in"), _layer("ReLU", "1", "0"), _layer("ReLU", "2", "0")
    ends = _layer("Add", "3")
    network = KerasNetwork("n", (_layer("InputLayer", "in"), head, left, right, ends), ("in",), ("3",))
    assert places(network)["0"].of_result


def test_activations_that_are_operators_of_their_own() -> None:
    (place,) = places(_chain(_layer("Dense", activation="softmax"))).values()
    assert place.before_activation
    assert not place.of_result
    assert not FUSED.keys() & ACTIVATIONS.keys()


def test_fine_tuning_after_quantization_is_training_with_fake_quantization() -> None:
    after = find_quantizer(Quantize(QuantizeKind.INT8, QuantizeMode.PTQ, finetune_epochs=1))
    assert after is QUANTIZERS[QuantizeKind.INT8, QuantizeMode.QAT]
    with pytest.raises(ThimbleError, match="fine-tuning after quantization to float16"):
        find_quantizer(Quantize(QuantizeKind.FLOAT16, QuantizeMode.PTQ, finetune_epochs=1))
