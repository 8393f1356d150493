"""A Pi made ready for one measurement: connected, set up, with runner, model and samples there."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.errors import ThimbleError
from core.paths import file_hash
from core.pi.connection import PiConnection
from core.pi.engines import PiEngine
from core.pi.inputs import SampleFiles
from core.pi.known import remember
from core.pi.setup.environment import Ready, Tell, set_up
from core.pi.upload import RemoteFolder, Upload

#: What is started on the Pi, and what it finds beside itself there.
RUNNER = Path(__file__).parent / "runner" / "thimble_pi.py"
_SHORT = 16
#: Before trying again: a network that stumbles is back soon, a Pi that restarts takes a minute or two.
_PAUSES_S = (3.0, 10.0, 20.0, 40.0, 60.0)
#: What trying again may mend.
_PASSING = ("connection-lost", "pi-silent", "pi-refused")
#: Of a Pi that was there before: while it restarts, its name is gone as well.
_RESTARTING = (*_PASSING, "pi-not-found")


@dataclass(frozen=True, slots=True)
class Placed:
    """Paths on the Pi."""

    runner: str
    model: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    connection: PiConnection
    folder: RemoteFolder
    ready: Ready
    placed: Placed


def prepare(
    open_connection: Callable[[], PiConnection],
    engine: PiEngine,
    model: Path,
    samples: SampleFiles,
    tell: Tell,
    pause: Callable[[float], None],
    wheels: Path | None = None,
) -> Prepared:
    """Connect and bring everything there; a connection that breaks meanwhile is made again, a few times, as
    that of a Pi that restarts.

    The connection in the result is open; `pause` waits for so many seconds. Raises ThimbleError.
    """
    for attempt, pause_s in enumerate((*_PAUSES_S, None), start=1):
        connection = None
        try:
            connection = open_connection()
            return _prepare_once(connection, engine, model, samples, tell, wheels)
        except BaseException as error:
            if connection is not None:
                connection.close()
            code = error.code if isinstance(error, ThimbleError) else None
            # a Pi that nobody has reached yet is refused at once
            lost = code in _PASSING if attempt == 1 else code in _RESTARTING
            if not lost or pause_s is None or (attempt == 1 and connection is None):
                raise
            tell(0.0, f"The connection was lost: trying again ({attempt} of {len(_PAUSES_S)})")
            pause(pause_s)
    raise AssertionError("the last attempt returns or raises")


def _prepare_once(
    connection: PiConnection,
    engine: PiEngine,
    model: Path,
    samples: SampleFiles,
    tell: Tell,
    wheels: Path | None,
) -> Prepared:
    folder = RemoteFolder(connection)
    ready = set_up(folder, engine, lambda part, text: tell(0.7 * part, text), wheels)
    remember(connection.address, ready.facts.title)

    def show(sent: int, total: int) -> None:
        tell(0.7 + 0.3 * sent / max(total, 1), f"Sending {sent / 1e6:.1f} of {total / 1e6:.1f} MB to the Pi")

    return Prepared(connection, folder, ready, place(folder, model, samples, show))


def place(
    folder: RemoteFolder, model: Path, samples: SampleFiles, on_bytes: Callable[[int, int], None]
) -> Placed:
    """Send what is not there yet. Files are named after their contents, so nothing old is taken for new."""
    runner = f"runner/{file_hash(RUNNER)[:_SHORT]}/{RUNNER.name}"
    on_pi = f"models/{file_hash(model)[:_SHORT]}{model.suffix}"
    unpacked = f"samples/{samples.digest[:_SHORT]}"
    uploads = [Upload(RUNNER, runner), Upload(model, on_pi)]
    connection = folder.connection
    archive = f"{unpacked}.tar"
    there = connection.run(f"test -d {folder.quoted(unpacked)}").done
    if not there:
        uploads.append(Upload(samples.archive, archive))
    folder.send(uploads, on_bytes)
    if not there:
        part, tar = folder.quoted(f"{unpacked}.part"), folder.quoted(archive)
        unpack = f"rm -rf {part} && mkdir -p {part} && tar -xf {tar} -C {part}"
        answer = connection.run(f"{unpack} && mv {part} {folder.quoted(unpacked)} && rm {tar}", timeout_s=120)
        if not answer.done:
            what = f"the samples cannot be unpacked on the Pi: {answer.last_words}"
            raise ThimbleError("pi-cannot-write", what, f"check the free space of {shlex.quote(folder.path)}")
    names = tuple(folder.at(unpacked, name) for name in samples.names)
    return Placed(folder.at(runner), folder.at(on_pi), names)
