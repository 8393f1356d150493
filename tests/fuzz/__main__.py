"""Damaged model files: each must end in a CodegenError or in C code, fast and in little memory.

    python -m tests.fuzz                      # 10,000 files of each format
    python -m tests.fuzz --count 1000000 --seed 5 --format onnx

Stops at the first file that does not, keeps it beside, and says how to make it again.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.batches import MEMORY_BYTES, fuzz_apart
from tests.fuzz.harness import CASE_SECONDS, FaultFoundError
from tests.fuzz.seeds import SEEDS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000, help="files of each format (10,000)")
    parser.add_argument("--seed", type=int, default=0, help="of the first file; the next has one more")
    parser.add_argument("--format", choices=sorted(SEEDS), help="one format alone")
    arguments = parser.parse_args()
    for name in [arguments.format] if arguments.format else sorted(SEEDS):
        started = time.monotonic()
        try:
            ends: Counter[str] = fuzz_apart(name, arguments.count, arguments.seed)
        except FaultFoundError as fault:
            kept = Path(f"fuzz-fault.{name}")
            kept.write_bytes(fault.content)
            print(f"{fault}\nkept as {kept}; again: --format {name} --count 1 --seed {fault.seed}")
            return 1
        seconds = time.monotonic() - started
        print(
            f"{name}: {arguments.count} files in {seconds:.0f} s, each within {CASE_SECONDS:.0f} s"
            f" and {MEMORY_BYTES // 2**20} MB"
        )
        print("  " + ", ".join(f"{count} {code}" for code, count in ends.most_common()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
