"""Recipes of the jobs that several files of tests run on `trained_small`."""

from __future__ import annotations

from typing import Any

import pytest


def make_recipe(**sections: Any) -> dict[str, Any]:
    """As TOML gives it: four epochs, int8, and what `sections` says instead or besides."""
    finetune = {"epochs": 4, "batch_size": 40, "learning_rate": 0.005}
    return {"name": "test", "seed": 3, "finetune": finetune, "quantize": {"calibration": 50}, **sections}


STRUCTURED = make_recipe(prune={"kind": "structured", "sparsity": 0.6, "steps": 2})
ELEMENT = make_recipe(prune={"kind": "element", "criterion": "magnitude", "sparsity": 0.9, "steps": 2})
#: For networks of other kinds: every step traces its training anew, and `STRUCTURED` and `ELEMENT` go in two.
AT_ONCE = pytest.mark.parametrize(
    "recipe",
    [
        make_recipe(finetune={"epochs": 1, "batch_size": 40}, prune={**recipe["prune"], "steps": 1})
        for recipe in (STRUCTURED, ELEMENT)
    ],
    ids=["structured", "element"],
)
