"""Results of jobs as the tasks give them, small."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SURVEY: dict[str, Any] = {
    "accuracy": 0.97,
    "chance": 0.1,
    "near_chance": False,
    "classes": ["cat", "dog"],
    "counts": {"train": 1200, "test": 300},
    "samples": None,
}

RUN: dict[str, Any] = {
    "recipe": {"name": "x"},
    "accuracy": {"before": 0.99, "after": 0.985},
    "parameters": {"before": 1_199_882, "after": 41_942, "nonzero": 41_000, "unique": 900},
    "macs": {"before": 11_000_000, "after": 300_000},
    "size_bytes": {"keras": 1, "tflite": 52_000, "tflite_gzip": 1},
    "layers": [
        {"name": "conv2d", "params_before": 320, "params_after": 80, "sparsity": 0.0, "unique": 60},
        {"name": "dense", "params_before": 1_000_000, "params_after": 40_000, "sparsity": 0.5, "unique": 99},
    ],
    "quantization_loss": {
        "accuracy_float": 0.99,
        "accuracy_quantized": 0.985,
        "samples": 8,
        "worst": ["dense"],
        "layers": [
            {"name": "conv2d", "op": "Conv2D", "sqnr_db": 31.5, "weights_sqnr_db": 40.0},
            {"name": "dense", "op": "Dense", "sqnr_db": 12.25, "weights_sqnr_db": 35.0},
            {"name": "flatten", "op": "Reshape", "sqnr_db": None, "weights_sqnr_db": None},
        ],
        "suggestions": ["Train with quantization in mind."],
    },
    "warnings": [{"code": "near-chance", "text": "Hardly better than guessing."}],
    "notes": [{"code": "files", "text": "The file shrank."}],
    "counts": {
        "before": {"nonzero": 1_199_000, "unique": 800_000},
        "after": {"nonzero": 41_000, "unique": 900},
    },
    "footprint": {
        "before": {"keras": {"size_bytes": 4_800_000, "gzip_bytes": 4_400_000}, "boards": []},
        "after": {
            "keras": {"size_bytes": 200_000, "gzip_bytes": 180_000},
            "boards": [
                {
                    "board": "virtual-pico",
                    "title": "Virtual Pico",
                    "flash_bytes": 51_200,
                    "sram_bytes": 61_440,
                }
            ],
        },
    },
    "model": "/somewhere/net.keras",
    "data": "digits",
    "confusion": {"classes": ["cat", "dog"], "before": [[9, 1], [0, 10]], "after": [[8, 2], [1, 9]]},
    "history": [{"epoch": 1, "loss": 0.5, "accuracy": 0.9, "val_accuracy": 0.95}],
}

DEPLOYED: dict[str, Any] = {
    "plan": {"model": "", "flash": {"limit": 2_097_152}, "sram": {"limit": 270_336}},
    "build": {
        "flash_bytes": 51_000,
        "sram_bytes": 61_000,
        "predicted_flash_bytes": 51_000,
        "predicted_sram_bytes": 61_000,
    },
    "bench": {
        "board": "virtual-pico", "engine": "thimble-c", "runs": 3, "first_s": 0.06, "mean_s": 0.061,
        "std_s": 0.001, "stderr_s": 0.0007, "verified": True, "median_s": 0.06, "min_s": 0.06,
        "max_s": 0.062, "timing": "estimated",
        "times_s": [0.06, 0.061, 0.062],
        "energy": {"source": "estimated", "power_w": 0.085, "energy_j": 0.0051},
    },
    "verified": True,
    "accuracy_on_board": 1.0,
}  # fmt: skip


def write_run(folder: Path) -> Path:
    """A run folder as `compress` leaves it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps(RUN))
    (folder / "model.tflite").write_bytes(b"model")
    return folder


def deployed(folder: Path) -> dict[str, Any]:
    """The result of `deploy` on the run in `folder`."""
    return {**DEPLOYED, "plan": {**DEPLOYED["plan"], "model": str(folder / "model.tflite")}}
