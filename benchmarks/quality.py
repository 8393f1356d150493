"""What compression costs in accuracy: LeNet on the built-in digits, mean over seeds.

    python benchmarks/quality.py [--seeds N] [--cases NUMBER …]

For each seed a LeNet is trained from scratch, and each recipe below is run on it. Printed are the accuracy of
the original and of the deployed int8 file on the test images, their ratio, and the parameters that are left.
The last lines are the means over the seeds, and the worst of them, beside what is demanded of the mean. Takes
many minutes on two cores.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.data import DataSet, load_data
from core.jobs.context import JobContext
from core.presets import find_preset
from core.recipe import Augment, Quantize, QuantizeMode, Recipe, Training
from core.recipe_toml import recipe_to_dict

_AUGMENT = Augment(shift=0.07)
_BASELINE = Training(epochs=10)


@dataclass(frozen=True, slots=True)
class Case:
    """A recipe, and the part of the original accuracy that it has to keep."""

    name: str
    recipe: Recipe
    demanded: float


CASES = (
    Case("structured 95 %, int8", find_preset("structured-95-int8"), 0.99),
    Case("structured 99 %, int8", find_preset("structured-99-int8"), 0.97),
    Case("element 95 %, int8 with QAT", find_preset("sparse-qat-int8"), 0.99),
    Case("element 95 %, int8 after training", find_preset("sparse-int8"), 0.0),
    Case(
        "element 95 %, fine-tuned after int8",
        replace(find_preset("sparse-int8"), quantize=Quantize(mode=QuantizeMode.PTQ, finetune_epochs=2)),
        0.0,
    ),
)


def _baseline(data: DataSet, seed: int, path: Path) -> None:
    """A LeNet with fresh weights of this seed, trained."""
    from core.compress.finetune import train
    from core.models.deterministic import start_tensorflow
    from core.models.zoo import find_architecture

    start_tensorflow(seed)
    model = find_architecture("lenet").build(seed)
    train(model, data, _BASELINE, range(_BASELINE.epochs), seed, _AUGMENT)
    model.save(path)


def _run(case: Case, model: Path, seed: int, out: Path) -> dict[str, Any]:
    from core.jobs.tasks.compress import compress

    recipe = recipe_to_dict(replace(case.recipe, seed=seed))
    params = {"model": str(model), "data": "digits", "recipe": recipe, "out": str(out)}
    return compress(params, JobContext(lambda event: None))


def main() -> int:
    """Print the table; the status is 1 when a demand is missed."""
    parser = argparse.ArgumentParser(description="Accuracy of compressed LeNets on the built-in digits.")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--cases", nargs="*", type=int, default=range(len(CASES)), help="numbers from 0")
    arguments = parser.parse_args()
    cases = [CASES[number] for number in arguments.cases]
    data = load_data("digits")
    ratios: dict[str, list[float]] = {case.name: [] for case in cases}
    print(f"{'':38}{'seed':>5}{'before':>9}{'after':>9}{'ratio':>9}{'not zero':>11}{'s':>7}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(arguments.seeds):
            model = Path(folder) / f"{seed}.keras"
            _baseline(data, seed, model)
            for number, case in enumerate(cases):
                begun = time.perf_counter()
                run = _run(case, model, seed, Path(folder) / f"{seed}-{number}")
                before, after = run["accuracy"]["before"], run["accuracy"]["after"]
                ratios[case.name].append(after / before)
                nonzero, took = run["parameters"]["nonzero"], time.perf_counter() - begun
                row = f"{before:9.2%}{after:9.2%}{after / before:9.2%}{nonzero:11,}{took:7.0f}"
                print(f"{case.name:38}{seed:5}{row}", flush=True)
    kept = {case.name: float(np.mean(ratios[case.name])) for case in cases}
    for case in cases:
        spread, worst = float(np.std(ratios[case.name])), min(ratios[case.name])
        mean = f"mean {kept[case.name]:.2%} ± {spread:.2%}"
        print(f"{case.name:38} {mean}, worst {worst:.2%}, demanded {case.demanded:.0%}")
    return int(any(kept[case.name] < case.demanded for case in cases))


if __name__ == "__main__":
    sys.exit(main())
