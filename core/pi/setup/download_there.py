"""A file from the network by the Pi itself, which is checked there."""

from __future__ import annotations

import shlex

from core.errors import ThimbleError
from core.pi.upload import OnBytes, RemoteFolder

#: Between two pieces of it.
_SILENCE_S = 60.0
_SCRIPT = """
import hashlib, sys, urllib.request
address, path = sys.argv[1:]
with urllib.request.urlopen(address, timeout=30) as answer, open(path, "wb") as file:
    total, done, digest = int(answer.headers.get("Content-Length") or 0), 0, hashlib.sha256()
    while piece := answer.read(1 << 18):
        file.write(piece)
        digest.update(piece)
        done += len(piece)
        print(done, total, flush=True)
print(digest.hexdigest())
"""


def download_there(folder: RemoteFolder, address: str, sha256: str, name: str, on_bytes: OnBytes) -> bool:
    """Let the Pi download `address` to `name` in the folder; False where it cannot, as one without a network.

    What has come by then stays as `name` with ``.part``, where `RemoteFolder.send` goes on. Raises
    ThimbleError ``wrong-checksum``, and whatever `on_bytes` raises, which ends the download.
    """

    done, total = 0, 1

    def show(line: str) -> None:
        nonlocal done, total
        counts = line.split()
        if len(counts) == 2 and all(count.isdigit() for count in counts):
            done, total = map(int, counts)
            on_bytes(done, max(done, total))

    folder.make_folders([name])
    part = folder.quoted(f"{name}.part")
    command = f"python3 -c {shlex.quote(_SCRIPT)} {shlex.quote(address)} {part}"
    answer = folder.connection.stream(command, show, _SILENCE_S, lambda: on_bytes(done, total))
    if not answer.done:
        return False
    came = answer.stdout.splitlines()[-1]
    if came != sha256:
        folder.remove(f"{name}.part")
        raise ThimbleError(
            "wrong-checksum",
            f"what the Pi got from {address} is not the published file: its SHA-256 is {came}, not {sha256}",
            "check --armnn-sha256; if it is right, the file there has changed: get it from its publisher",
        )
    moved = folder.connection.run(f"mv {part} {folder.quoted(name)}")
    return moved.done
