"""Results of a small sweep, made up but consistent."""

from __future__ import annotations

from pathlib import Path

from core.recipe import Criterion, Prune, Recipe
from core.sweep.grid import QUANTIZATIONS, Grid, Series, variants_of
from core.sweep.result import Figures, OnBoard, Point, Reason, State, Where
from core.sweep.results import Published, Results
from core.sweep.spec import SweepSpec

GRID = Grid(
    sparsities=(0.0, 0.5, 0.9),
    criteria=(Criterion.L1, Criterion.RANDOM),
    quantizations=(QUANTIZATIONS["none"], QUANTIZATIONS["int8"]),
    seeds=2,
)
SERIES = Series("structured", "filters", Recipe("r", prune=Prune()), GRID)


def spec() -> SweepSpec:
    return SweepSpec("A sweep", "model.keras", "digits", (SERIES,))


def points() -> tuple[Point, ...]:
    """Accuracy falls with the sparsity; int8 costs two points; random at 0.9 fails."""
    found = []
    for variant in variants_of(SERIES):
        for quantization in variant.quantizations:
            prune, seed = variant.recipe.prune, variant.recipe.seed
            sparsity = prune.sparsity if prune else 0.0
            where = Where(
                "structured",
                prune.kind.value if prune else "none",
                sparsity,
                None,
                prune.criterion.value if prune else "",
                prune.schedule.value if prune else "",
                quantization.label,
                seed,
                f"runs/structured/{variant.name}/{quantization.label}",
            )
            if prune is not None and sparsity == 0.9 and prune.criterion is Criterion.RANDOM:
                reason = Reason("target-out-of-reach", "it cannot be removed", "ask for less")
                found.append(Point(where, State.FAILED, reason=reason))
                continue
            found.append(
                Point(where, State.DONE, figures(sparsity, quantization.label, seed), boards(sparsity))
            )
    return tuple(found)


def figures(sparsity: float, quantize: str, seed: int) -> Figures:
    in_float = 1.0 - 0.1 * sparsity - 0.01 * seed
    left = round(1000 * (1 - sparsity))
    return Figures(
        accuracy_unpruned=1.0 - 0.01 * seed,
        accuracy_float=in_float,
        accuracy=in_float - (0.02 if quantize == "int8" else 0.0),
        loss=0.1 + sparsity,
        loss_float=sparsity,
        macro_precision=0.9,
        parameters_before=1000,
        parameters=left,
        remaining=left / 1000,
        nonzero=left,
        unique=16,
        macs_before=5000,
        macs=5 * left,
        size_bytes={"keras": 8 * left, "tflite": 4 * left, "tflite_gzip": 3 * left},
    )


def boards(sparsity: float) -> tuple[OnBoard, ...]:
    fits = OnBoard("virtual-pico", True, 60_000, 2_097_152, 9_000, 270_336, 500, 0.004, 0.0003)
    refused = OnBoard("virtual-nano", reason=Reason("unsupported", "no kernel", "use another"))
    too_large = OnBoard("virtual-nano", False, 2_000_000, 983_040, 9_000, 262_144, 500, 0.004, 0.0003)
    return (fits, refused if sparsity > 0.5 else too_large)


def results(published: dict[str, Published] | None = None) -> Results:
    return Results(spec(), Path("nowhere"), points(), published or {})
