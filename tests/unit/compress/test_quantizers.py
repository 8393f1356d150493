"""The family of quantizers: what every member keeps, and what is refused."""

from __future__ import annotations

import itertools

import pytest

from core.compress.quantizers import QUANTIZERS, find_quantizer
from core.compress.run_files import ONNX, TFLITE
from core.compress.supported import check_supported
from core.errors import ThimbleError
from core.recipe import Quantize, QuantizeKind, QuantizeMode, Recipe

ALL = [Quantize(kind, mode) for kind, mode in itertools.product(QuantizeKind, QuantizeMode)]


@pytest.mark.parametrize(("kind", "mode"), QUANTIZERS, ids=lambda part: part.value)
def test_every_quantizer_is_what_recipes_find(kind: QuantizeKind, mode: QuantizeMode) -> None:
    quantizer = find_quantizer(Quantize(kind, mode))
    assert quantizer is QUANTIZERS[kind, mode]
    assert quantizer.deployed in (TFLITE, ONNX)
    quantizer.check(Recipe("plain", quantize=Quantize(kind, mode)))


@pytest.mark.parametrize("quantize", ALL)
def test_what_has_no_quantizer_is_refused_with_what_there_is(quantize: Quantize) -> None:
    if (quantize.kind, quantize.mode) in QUANTIZERS:
        check_supported(Recipe("there", quantize=quantize))
        return
    with pytest.raises(ThimbleError) as caught:
        check_supported(Recipe("missing", quantize=quantize))
    assert caught.value.code == "not-there-yet"
    assert quantize.kind.value in caught.value.what
    assert "int8 (ptq)" in caught.value.hint
