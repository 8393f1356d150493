"""Whether the accounts of both sides agree with what happened on the line."""

from __future__ import annotations

from tests.toolchain.boards.soak.harness import Accounts


def faults_in(accounts: Accounts) -> list[str]:
    """A sentence for each thing that is lost or miscounted; none is as it should be."""
    up, down, host, board = accounts.up, accounts.down, accounts.host, accounts.board
    expected = {
        "outputs or counts that are wrong": (accounts.wrong_outputs, 0),
        "inferences on the board": (board.runs, accounts.inferences),
        "frames that the host sent": (up.sent, accounts.requests + host.resent_requests),
        "damaged frames that the board dropped": (board.damaged_frames, up.damaged),
        "damaged frames that the host dropped": (host.damaged_frames, down.damaged),
        "requests that the board answered again": (board.repeated_requests, up.arrived - accounts.requests),
        "frames that the board sent": (down.sent, 2 * up.arrived),
    }
    faults = [f"{what}: {is_}, not {must}" for what, (is_, must) in expected.items() if is_ != must]
    # Each request takes an answer and, unless the line had it, an acknowledgement; the rest is repetition.
    least = down.arrived - 2 * accounts.requests
    if not least <= host.repeated_frames <= least + down.damaged + down.lost:
        faults.append(f"frames that told the host nothing new: {host.repeated_frames}, not about {least}")
    return faults
