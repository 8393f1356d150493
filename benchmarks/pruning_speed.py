"""Structured pruning by half of the networks of the zoo, without training: time, memory and exactness.

    python benchmarks/pruning_speed.py [NAME ...]

For each network, with random weights: the seconds to load it, choose and rebuild it; the largest memory of
the process so far; the parameters that are left; and the largest difference between the outputs of the
smaller network and of the one with the removed channels at zero, against the largest output. Ends with 1 when
that is more than 1e-5 anywhere.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from dataclasses import replace
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

_EXACT = 1e-5


def masked(graph: Any, kept: Any) -> Any:
    """The graph with zeros where channels go."""
    from core.compress.coupling import trace

    coupling = trace(graph)
    gone = np.concatenate([np.delete(coupling.makers[layer], stays) for layer, stays in kept.items()])
    changed = {}
    for name, axes in coupling.constants.items():
        data = np.array(graph.tensors[name].data)
        for axis, ids in enumerate(axes):
            if ids is not None:
                data[(slice(None),) * axis + (np.flatnonzero(np.isin(ids, gone)),)] = 0.0
        changed[name] = replace(graph.tensors[name], data=data)
    return graph.with_ops(graph.ops, **changed)


def disturb(model: Any) -> None:
    """Biases and batch norms as after some training: untrained ones would hide a mistake."""
    rng = np.random.default_rng(1)
    for weight in model.weights:
        if "variance" in weight.path:
            weight.assign(rng.uniform(0.5, 2.0, weight.shape).astype(np.float32))
        elif len(weight.shape) == 1:
            weight.assign(rng.normal(0, 0.5, weight.shape).astype(np.float32))


def prune(name: str) -> tuple[str, float]:
    """One row of the table, and the difference in it."""
    from core.compress.structured import choose
    from core.models.keras_graph import graph_of_model
    from core.models.keras_surgery import keep_channels, with_weights_of
    from core.models.zoo import find_architecture
    from core.recipe import Prune

    begun = time.perf_counter()
    model = find_architecture(name).build()
    disturb(model)
    built = time.perf_counter()
    graph = graph_of_model(model)
    kept = choose(graph, Prune(sparsity=0.5))
    chosen = time.perf_counter()
    smaller = keep_channels(model, kept)
    done = time.perf_counter()
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    image = np.random.default_rng(0).random((1, *model.input_shape[1:]), np.float32)
    expected = with_weights_of(model, masked(graph, kept))(image).numpy()
    difference = np.abs(smaller(image).numpy() - expected).max() / np.abs(expected).max()
    left = smaller.count_params() / model.count_params()
    times = "".join(f"{s:9.1f}" for s in (built - begun, chosen - built, done - chosen))
    return f"{name:18}{times}{peak_gib:9.2f}{left:9.1%}{difference:12.1e}", float(difference)


def main() -> int:
    """Print the table; 1 when a smaller network is another one than the masked."""
    parser = argparse.ArgumentParser(description="Structured pruning by half: time, memory, exactness.")
    parser.add_argument("names", nargs="*", help="architectures (default: the whole zoo)")
    arguments = parser.parse_args()
    from core.models.zoo import all_architectures

    print(
        f"{'network':18}{'build s':>9}{'choose s':>9}{'rebuild s':>9}{'GiB':>9}{'left':>9}{'difference':>12}"
    )
    differences = []
    for name in arguments.names or all_architectures():
        row, difference = prune(name)
        print(row, flush=True)
        differences.append(difference)
    return int(not all(difference <= _EXACT for difference in differences))  # NaN is not exact


if __name__ == "__main__":
    sys.exit(main())
