"""One epoch of fine-tuning against one of Keras' own `fit`, validation included: the ratio of their times.

    python benchmarks/epoch_time.py [--rounds 5] [NAME ...]

For each network (default: lenet and resnet8), in batches of 32 with Adam: `model.fit`, our loop without a
constraint, with masks on every kernel, with clusters, and with distillation. Variants take turns, so that
what else the computer does meets all of them; each ratio is the median over the rounds of ours / Keras'.
The samples are noise: time does not depend on them.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

_BATCH = 32
_TRAIN, _TEST = 640, 128


def _data(shape: tuple[int, ...], classes: int) -> Any:
    """The digits' frame around noise in the network's shape."""
    from core.data import load_data

    rng = np.random.default_rng(0)
    names = tuple(str(n) for n in range(classes))
    return dataclasses.replace(
        load_data("digits"),
        x_train=rng.random((_TRAIN, *shape), np.float32),
        y_train=np.arange(_TRAIN) % classes,
        x_test=rng.random((_TEST, *shape), np.float32),
        y_test=np.arange(_TEST) % classes,
        class_names=names,
    )


def _keras(model: Any, data: Any) -> Callable[[], object]:
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy()
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss, metrics=["accuracy"])
    test = (data.x_test, data.y_test)

    def epoch() -> None:
        model.fit(data.x_train, data.y_train, batch_size=_BATCH, verbose=0, validation_data=test)

    return epoch


def _ours(model: Any, data: Any, **keys: Any) -> Callable[[], object]:
    """One epoch of a trainer that is set up already, as the second one of a run is."""
    from core.compress.constraints import Unconstrained
    from core.compress.finetune import Hooks, Trainer
    from core.recipe import Training

    options = Training(batch_size=_BATCH, learning_rate=1e-3)
    constraint = keys.get("constraint", Unconstrained())
    trainer = Trainer(model, data, options, 0, None, constraint, Hooks(), keys.get("teacher"))
    return lambda: trainer.epoch(0, 1e-3, 0, 1)


def _kernels(model: Any) -> list[tuple[str, tuple[int, ...]]]:
    layers = [layer for layer in model.layers if layer.weights and len(layer.weights[0].shape) > 1]
    return [(layer.name, tuple(layer.weights[0].shape)) for layer in layers]


def _variants(name: str) -> dict[str, Callable[[], object]]:
    from core.compress.constraints import Clustered, Masked
    from core.compress.distillation import make_teacher
    from core.models.zoo import find_architecture
    from core.recipe import Distill

    build = find_architecture(name).build
    model = build()
    data = _data(model.input_shape[1:], model.output_shape[-1])
    rng = np.random.default_rng(0)
    kernels = _kernels(model)
    masks = Masked(tuple((n, 0, (rng.random(s) < 0.2).astype(np.float32)) for n, s in kernels))
    books = Clustered(tuple(((n, 0, rng.integers(0, 16, s).astype(np.int32)),) for n, s in kernels))
    teacher = make_teacher(model, data, Distill(), augmented=True, check=lambda: None)
    return {
        "keras": _keras(build(), data),
        "plain": _ours(build(), data),
        "masks": _ours(build(), data, constraint=masks),
        "clusters": _ours(build(), data, constraint=books),
        "distillation": _ours(build(), data, teacher=teacher),
    }


def _timed(run: Callable[[], object]) -> float:
    begun_s = time.perf_counter()
    run()
    return time.perf_counter() - begun_s


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Epochs of fine-tuning against epochs of Keras' fit.")
    parser.add_argument("names", nargs="*", default=["lenet", "resnet8"], help="architectures")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    from core.models.deterministic import start_tensorflow

    start_tensorflow(0)
    print(f"{'network':12}{'variant':14}{'median s':>10}{'ratio':>8}")
    for name in arguments.names:
        variants = _variants(name)
        for run in variants.values():  # compiles
            run()
        times = [{label: _timed(run) for label, run in variants.items()} for _ in range(arguments.rounds)]
        for label in variants:
            median_s = statistics.median(row[label] for row in times)
            ratio = statistics.median(row[label] / row["keras"] for row in times)
            print(f"{name:12}{label:14}{median_s:10.2f}{ratio:8.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
