"""A small run, made up but consistent: what compress and deploy write for a pruned LeNet."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

LAYERS = [
    ("conv2d", 832, 300),
    ("conv2d_1", 51_264, 9_000),
    ("dense", 1_139_000, 41_000),
    ("dense_1", 5_000, 900),
]


def run_record() -> dict[str, Any]:
    before, after = sum(layer[1] for layer in LAYERS), sum(layer[2] for layer in LAYERS)
    return {
        "model": "lenet-digits.keras",
        "recipe": {
            "name": "Structured pruning and int8",
            "prune": {"kind": "structured", "sparsity": 0.956, "schedule": "agp", "steps": 4},
            "finetune": {"epochs": 8, "optimizer": "adam", "learning_rate": 0.001},
            "quantize": {"kind": "int8"},
        },
        "accuracy": {"before": 0.992, "after": 0.988},
        "parameters": {"before": before, "after": after, "nonzero": after - 40, "unique": 640},
        "macs": {"before": 11_800_000, "after": 2_020_000},
        "size_bytes": {"keras": 240_000, "tflite": 56_000, "tflite_gzip": 45_000},
        "counts": {
            when: {"parameters": n, "nonzero": n - 40, "unique": unique, "macs": 10 * n, "flops": 20 * n}
            for when, n, unique in (("before", before, before // 2), ("after", after, 640))
        },
        "footprint": {"before": _footprint(4_800_000), "after": _footprint(240_000)},
        "quantization_loss": {
            "accuracy_float": 0.991,
            "accuracy_quantized": 0.988,
            "lost": 0.003,
            "samples": 32,
            "layers": [
                {
                    "name": name,
                    "op": "CONV_2D",
                    "sqnr_db": 20.0 + place,
                    "weights_sqnr_db": 45.0 if place else None,
                }
                for place, (name, *_) in enumerate(LAYERS)
            ],
            "worst": ["conv2d"],
            "suggestions": ["Calibrate with more samples."],
        },
        "warnings": [{"code": "near-chance", "text": "Hardly more than guessing."}],
        "notes": [{"code": "files", "text": "Bytes: fewer."}],
        "layers": [
            {"name": name, "params_before": b, "params_after": a, "sparsity": 0.001, "unique": 160}
            for name, b, a in LAYERS
        ],
        "history": [
            {"accuracy": 0.93 + 0.006 * e, "val_accuracy": 0.90 + 0.011 * e, "sparsity": min(0.956, 0.25 * e)}
            for e in range(1, 9)
        ],
        "confusion": {
            "classes": [str(digit) for digit in range(10)],
            "before": _matrix(4),
            "after": _matrix(6),
        },
    }


def _footprint(size: int) -> dict[str, Any]:
    memories = ("flash", "weights", "code", "sram", "weights_in_sram", "arena")
    planned = {f"{memory}_bytes": size // place for place, memory in enumerate(memories, start=1)}
    boards = [
        {"board": "virtual-pico", "title": "Virtual Pico", **planned, "fits": True, "reason": ""},
        {"board": "virtual-nano", "title": "Virtual Nano", **dict.fromkeys(planned), "reason": "too large"},
    ]
    files = {"size_bytes": size, "gzip_bytes": size // 2}
    return {
        "keras": files,
        "keras_with_optimizer_bytes": 2 * size,
        "keras_with_optimizer_gzip_bytes": 2 * size - 9,
        "tflite": files,
        "onnx": None,
        "boards": boards,
    }


def _matrix(mistakes: int) -> list[list[int]]:
    matrix = [[50 if row == column else 0 for column in range(10)] for row in range(10)]
    draw = random.Random(mistakes)
    for _ in range(mistakes):
        row = draw.randrange(10)
        matrix[row][row] -= 1
        matrix[row][(row + draw.randrange(1, 10)) % 10] += 1
    return matrix


def deploy_record(runs: int = 40) -> dict[str, Any]:
    draw = random.Random(0)
    times = [0.0512 + draw.random() * 0.0004 for _ in range(runs)]
    rest = times[1:]
    mean = sum(rest) / len(rest)
    std = (sum((time - mean) ** 2 for time in rest) / max(len(rest) - 1, 1)) ** 0.5
    buffers = [("input", 784, 5600, 0, 0), ("conv2d", 5600, 0, 0, 1), ("max_pooling2d", 1400, 5600, 1, 2),
               ("conv2d_1", 1600, 0, 2, 3), ("max_pooling2d_1", 400, 1600, 3, 4), ("dense", 100, 0, 4, 5),
               ("dense_1", 10, 100, 5, 6), ("output", 10, 0, 6, 6)]  # fmt: skip
    return {
        "plan": {
            "model": "model.tflite", "board": "virtual-pico", "fits": True,
            "flash": {"weights": 52_100, "code": 21_400, "total": 73_500, "limit": 2_097_152},
            "sram": {"arena": 7_000, "scratch": 0, "static": 24_000, "stack": 4_352, "total": 35_352,
                     "limit": 270_336},
            "arena": {"planner": "greedy", "bytes": 7_000, "lower_bound": 7_000,
                      "tensors": [dict(zip(("name", "bytes", "offset", "first", "last"), b, strict=True))
                                  for b in buffers]},
            "layers": [{"name": name, "op": "Dense" if "dense" in name else "Conv2D", "macs": 10 * after,
                        "params": after, "nonzero": after, "encoding": "dense", "flash": after + 400,
                        "cycles": 90 * after} for name, _, after in LAYERS],
            "overflows": [],
        },
        "build": {"elf": "firmware/firmware.elf", "image": "firmware/firmware.uf2", "flash_bytes": 73_512,
                  "sram_bytes": 35_352, "predicted_flash_bytes": 73_500, "predicted_sram_bytes": 35_352,
                  "compiler": "zig 0.16.0"},
        "bench": {"board": "virtual-pico", "engine": "thimble", "runs": runs, "first_s": times[0],
                  "mean_s": mean, "std_s": std, "stderr_s": std / len(rest) ** 0.5,
                  "median_s": sorted(times)[runs // 2], "min_s": min(times), "max_s": max(times),
                  "timing": "estimated", "timed": "inference", "times_s": times,
                  "energy": {"source": "estimated", "power_w": 0.085, "energy_j": 0.085 * mean},
                  "verified": True},
        "verified": True,
        "accuracy_on_board": 0.975,
    }  # fmt: skip


def write_run(folder: Path, *, deployed: bool = True) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps(run_record()), encoding="utf-8")
    (folder / "model.tflite").write_bytes(b"TFL3" * 100)
    if deployed:
        (folder / "deploy.json").write_text(json.dumps(deploy_record()), encoding="utf-8")
    return folder
