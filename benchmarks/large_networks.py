"""`thimble compress` without data takes half of the channels of a large network: seconds, and memory.

    python -m benchmarks.large_networks [NAME ...]

For ResNet50 and MobileNetV2 for 224×224 pictures, with random weights: the command as a user gives it, from
its start to its end, all files and the comparison with the original included. The memory is the largest sum
of the resident sets of all of its processes, looked at 20 times a second; pages that they share count more
than once. Ends with 1 when one takes more than 3 minutes or 6 GB, or fails.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

LIMIT_S = 180.0
LIMIT_BYTES = 6_000_000_000
_NETWORKS = ("resnet50", "mobilenet-v2")
_LOOK_EVERY_S = 0.05
_RECIPE = """name = "half"
[prune]
kind = "structured"
sparsity = 0.5
schedule = "one-shot"
[quantize]
kind = "none"
"""
_THIMBLE = "import sys; from gui.launch import main; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Run:
    """What a command took, and the share of the parameters that it left."""

    seconds: float
    peak_bytes: int
    left: float

    @property
    def is_within_limits(self) -> bool:
        return self.seconds <= LIMIT_S and self.peak_bytes <= LIMIT_BYTES


def compress(name: str) -> Run:
    """Run the command. Raises CalledProcessError where it fails; what it says goes to our standard error."""
    with tempfile.TemporaryDirectory() as folder:
        recipe, out = Path(folder) / "half.toml", Path(folder) / "out"
        recipe.write_text(_RECIPE)
        given = ["compress", f"zoo:{name}", "--recipe", str(recipe), "--out", str(out), "--json"]
        begun_s = time.perf_counter()
        command = [sys.executable, "-c", _THIMBLE, *given]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        peak_bytes = _watched(process)
        seconds = time.perf_counter() - begun_s
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        counts = json.loads((out / "run.json").read_text(encoding="utf-8"))["parameters"]
        return Run(seconds, peak_bytes, counts["after"] / counts["before"])


def _watched(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end; the peak of the memory of the process and all below it, in bytes."""
    peak_bytes = 0
    while process.poll() is None:
        peak_bytes = max(peak_bytes, _resident_bytes(process.pid))
        time.sleep(_LOOK_EVERY_S)
    return peak_bytes


def _resident_bytes(pid: int) -> int:
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for each in (root, *root.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                total += each.memory_info().rss
    return total


def main() -> int:
    """Print the table; 1 when a limit is missed."""
    parser = argparse.ArgumentParser(description="Compressing large networks without data.")
    parser.add_argument("names", nargs="*", default=_NETWORKS, help="architectures of the zoo")
    arguments = parser.parse_args()
    print(
        f"{'network':18}{'seconds':>9}{'GB':>7}{'left':>9}   limits {LIMIT_S:.0f} s, {LIMIT_BYTES / 1e9:g} GB"
    )
    runs = []
    for name in arguments.names:
        runs.append(compress(name))
        print(
            f"{name:18}{runs[-1].seconds:9.1f}{runs[-1].peak_bytes / 1e9:7.2f}{runs[-1].left:9.1%}",
            flush=True,
        )
    return int(not all(run.is_within_limits for run in runs))


if __name__ == "__main__":
    sys.exit(main())
