"""The protocol over a bad line; `python -m tests.toolchain.boards.soak` takes other numbers."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.toolchain.boards.soak.accounts import faults_in
from tests.toolchain.boards.soak.harness import build_board, soak

pytestmark = [
    pytest.mark.toolchain,
    pytest.mark.skipif(os.name == "nt", reason="the board's program reads and writes as POSIX does"),
]

FRAMES = 100_000
RATE = 0.01


def test_a_bad_line_loses_nothing_and_every_error_is_counted(tmp_path: Path) -> None:
    accounts = soak(build_board(tmp_path), FRAMES, RATE, seed=1)
    assert faults_in(accounts) == []
    assert accounts.frames >= FRAMES
    for happened in (accounts.up, accounts.down):
        assert min(happened.damaged, happened.lost, happened.doubled) > FRAMES * RATE / 20
    # the accounts notice what they are for
    forgetful = replace(accounts.board, damaged_frames=accounts.board.damaged_frames - 1)
    assert len(faults_in(replace(accounts, board=forgetful))) == 1
    assert len(faults_in(replace(accounts, wrong_outputs=1))) == 1
