"""Programs that run beside this one are ended, in order or by force."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from core.child_process import end_child


@pytest.mark.parametrize(
    ("program", "grace_s", "in_order"),
    [
        ("import sys; print('there', flush=True); sys.stdin.read(); print('end')", 60.0, True),
        ("import time; print('there', flush=True); time.sleep(600)", 0.05, False),
    ],
)
def test_a_program_ends_with_its_input_or_is_killed(program: str, grace_s: float, in_order: bool) -> None:
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe, stderr=pipe)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"there"
    rest: list[bytes] = []
    reader = threading.Thread(target=lambda: rest.extend(process.stdout or ()))
    reader.start()
    end_child(process, grace_s, [reader])
    assert (process.returncode == 0) == in_order
    assert [line.strip() for line in rest] == ([b"end"] if in_order else [])
    assert all(
        stream is not None and stream.closed for stream in (process.stdin, process.stdout, process.stderr)
    )
    end_child(process, grace_s)  # nothing is left
