"""Files arrive whole, go on from where they broke off, and say what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.errors import ThimbleError
from core.pi.connection import PiConnection, connect
from core.pi.upload import RemoteFolder, Upload
from tests.toolchain.pi.loopback import Loopback
from tests.toolchain.pi.samples import nobody_listens

_SIZE = 1_500_000


@pytest.fixture(autouse=True)
def no_leftovers(pi: Loopback) -> Iterator[None]:
    yield
    for left in pi.pi_folder.glob("a.bin*"):
        left.unlink()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "large.bin"
    path.write_bytes(np.random.default_rng(0).bytes(_SIZE))
    return path


def test_a_file_arrives_and_is_not_sent_twice(connection: PiConnection, pi: Loopback, source: Path) -> None:
    folder = RemoteFolder(connection)
    seen: list[tuple[int, int]] = []
    folder.send([Upload(source, "sent/a.bin")], lambda sent, total: seen.append((sent, total)))
    assert (pi.pi_folder / "sent" / "a.bin").read_bytes() == source.read_bytes()
    assert seen[-1] == (_SIZE, _SIZE)
    assert sorted(seen) == seen
    seen.clear()
    folder.send([Upload(source, "sent/a.bin")], lambda sent, total: seen.append((sent, total)))
    assert not seen
    assert [path.name for path in (pi.pi_folder / "sent").iterdir()] == ["a.bin"]


def test_a_dropped_upload_goes_on_from_where_it_was(pi: Loopback, source: Path) -> None:
    def drop(sent: int, total: int) -> None:
        if sent > _SIZE // 2:
            pi.drop()

    with connect(pi.address, pi.fingerprint) as connection, pytest.raises(ThimbleError) as caught:
        RemoteFolder(connection).send([Upload(source, "a.bin")], drop)
    assert caught.value.code == "connection-lost"
    part = pi.pi_folder / "a.bin.part"
    there = part.stat().st_size
    assert _SIZE // 2 <= there < _SIZE
    with part.open("r+b") as file:  # what a broken connection may leave at the end
        file.seek(-1000, 2)
        file.write(bytes(1000))
    seen: list[int] = []
    with connect(pi.address) as connection:
        RemoteFolder(connection).send([Upload(source, "a.bin")], lambda sent, total: seen.append(sent))
    assert seen[0] == there - 32 * 1024
    assert (pi.pi_folder / "a.bin").read_bytes() == source.read_bytes()
    assert not part.exists()


def test_a_damaged_part_is_told_and_then_sent_anew(
    connection: PiConnection, pi: Loopback, source: Path
) -> None:
    (pi.pi_folder / "a.bin.part").write_bytes(bytes(_SIZE // 2))
    folder = RemoteFolder(connection)
    with pytest.raises(ThimbleError) as caught:
        folder.send([Upload(source, "a.bin")], nobody_listens)
    assert caught.value.code == "upload-damaged"
    folder.send([Upload(source, "a.bin")], nobody_listens)
    assert (pi.pi_folder / "a.bin").read_bytes() == source.read_bytes()


def test_a_full_disk_is_told_before_anything_is_sent(
    connection: PiConnection, pi: Loopback, source: Path
) -> None:
    pi.program("df", "echo Filesystem; echo x 1000 900 100 90% /")
    try:
        with pytest.raises(ThimbleError) as caught:
            RemoteFolder(connection).send([Upload(source, "a.bin")], nobody_listens)
    finally:
        (pi.folder / "bin" / "df").unlink()
    assert caught.value.code == "pi-disk-full"
    assert not (pi.pi_folder / "a.bin.part").exists()


def test_a_disk_that_becomes_full(
    connection: PiConnection, pi: Loopback, source: Path, tmp_path: Path
) -> None:
    """/dev/full takes nothing, as a disk without space; SFTP only says “Failure”, and `df` why."""
    (pi.pi_folder / "a.bin.part").symlink_to("/dev/full")
    asked = tmp_path / "asked"
    told = "echo Filesystem; echo x 1000000 900000 {free} 90% /"
    enough, nothing = told.format(free=900_000), told.format(free=12)
    pi.program("df", f"if [ -e {asked} ]; then {nothing}; else touch {asked}; {enough}; fi")
    try:
        with pytest.raises(ThimbleError, match="0 MB free") as caught:
            RemoteFolder(connection).send([Upload(source, "a.bin")], nobody_listens)
    finally:
        (pi.folder / "bin" / "df").unlink()
    assert caught.value.code == "pi-disk-full"


def test_cancelling_leaves_what_has_come(connection: PiConnection, pi: Loopback, source: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(sent: int, total: int) -> None:
        if sent > _SIZE // 2:
            raise StoppedError

    with pytest.raises(StoppedError):
        RemoteFolder(connection).send([Upload(source, "a.bin")], stop)
    assert (pi.pi_folder / "a.bin.part").stat().st_size >= _SIZE // 2
