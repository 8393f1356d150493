"""A soak of the board's protocol: `python -m tests.toolchain.boards.soak [--frames N] [--rate R] [--seed S]`.

The host's link speaks with the firmware's own C, built for this computer, over a line that damages, loses or
doubles a part of the frames in both directions. Nothing may get lost, and both sides must have counted every
error. 100,000 frames and 1 % unless told otherwise.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.toolchain.boards.soak.accounts import faults_in
from tests.toolchain.boards.soak.harness import build_board, soak


def main() -> int:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=100_000)
    parser.add_argument("--rate", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        board = build_board(Path(folder))
        started_s = time.perf_counter()
        accounts = soak(board, arguments.frames, arguments.rate, arguments.seed)
        seconds = time.perf_counter() - started_s
    print(f"{accounts.frames} frames, {accounts.inferences} inferences in {seconds:.1f} s")
    print(f"to the board: {accounts.up}\nto the host:  {accounts.down}\n{accounts.host}")
    print(f"the board dropped {accounts.board.damaged_frames} damaged frames", end="")
    print(f" and answered {accounts.board.repeated_requests} requests again")
    faults = faults_in(accounts)
    print("\n".join(faults) or "nothing lost, every error counted")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
