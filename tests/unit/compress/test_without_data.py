"""What a recipe needs data for is told before anything is done."""

from __future__ import annotations

import pytest

from core.compress.needs_data import check_without_data
from core.errors import ThimbleError
from core.presets import all_presets
from core.recipe import (
    Cluster,
    Criterion,
    Distill,
    Engine,
    Prune,
    PruneKind,
    Quantize,
    QuantizeKind,
    QuantizeMode,
    Recipe,
    Training,
)

_FLOAT16 = Quantize(QuantizeKind.FLOAT16)


@pytest.mark.parametrize("kind", [QuantizeKind.NONE, QuantizeKind.FLOAT16, QuantizeKind.DYNAMIC])
@pytest.mark.parametrize("prune", [None, Prune(PruneKind.STRUCTURED), Prune(PruneKind.ELEMENT)])
def test_what_needs_no_samples_may_be_done(kind: QuantizeKind, prune: Prune | None) -> None:
    check_without_data(Recipe("r", prune=prune, finetune=Training(epochs=0), quantize=Quantize(kind)))


@pytest.mark.parametrize(
    ("recipe", "word"),
    [
        (Recipe("r"), "int8"),
        (Recipe("r", quantize=Quantize(QuantizeKind.UINT8)), "uint8"),
        (Recipe("r", quantize=Quantize(mode=QuantizeMode.QAT)), "quantization in mind"),
        (Recipe("r", finetune=Training(), quantize=_FLOAT16), "[finetune]"),
        (Recipe("r", train=Training(), quantize=_FLOAT16), "[train]"),
        (Recipe("r", distill=Distill(), quantize=_FLOAT16), "[distill]"),
        (Recipe("r", prune=Prune(criterion=Criterion.GRADIENT), quantize=_FLOAT16), "gradient"),
        (Recipe("r", cluster=Cluster(engine=Engine.TFMOT), quantize=_FLOAT16), "tfmot"),
    ],
)
def test_what_is_lacking_is_named(recipe: Recipe, word: str) -> None:
    with pytest.raises(ThimbleError) as caught:
        check_without_data(recipe)
    assert caught.value.code == "needs-data"
    assert word in caught.value.what
    assert "give data" in caught.value.hint


def test_every_preset_learns_from_data() -> None:
    for recipe in all_presets().values():
        with pytest.raises(ThimbleError, match="no data are given"):
            check_without_data(recipe)
