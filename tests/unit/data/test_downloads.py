"""Downloads from a server on this computer that drops connections, lies, and knows no ranges."""

import errno
import hashlib
import http.server
import io
import itertools
import json
import os
import ssl
import tarfile
import threading
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.data import load_data
from core.data.known import source
from core.data.known.publication import CHECKSUMS, PublishedFile, download
from core.data.known.sets import FLOWERS, HORSES_OR_HUMANS, KNOWN_SETS
from core.download import Wanted, fetch
from core.errors import CancelledByUser, ThimbleError
from core.jobs.context import JobContext
from core.jobs.events import Event, Log, Progress
from core.jobs.tasks.download import download_set

CONTENT = bytes(np.random.default_rng(0).integers(0, 256, 700_000, np.uint8))
SHA = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Server:
    """What it serves, and how; `ranges` are the Range headers that came, one a request."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=lambda: {"/file.bin": CONTENT})
    drop_after: int | None = None  # bytes of each answer after which the connection ends
    drops: int = 1000
    knows_ranges: bool = True
    tells_length: bool = True
    edition: str | None = None  # the entity tag
    ranges: list[str | None] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    served = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            served.ranges.append(wanted)
            content = served.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            asked = wanted if self.headers.get("If-Range") in (None, served.edition) else None
            start = (
                int(asked.removeprefix("bytes=").removesuffix("-")) if asked and served.knows_ranges else 0
            )
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            if served.tells_length:
                self.send_header("Content-Length", str(len(content) - start))
            if served.edition is not None:
                self.send_header("ETag", served.edition)
            self.end_headers()
            rest = content[start:]
            if served.drop_after is not None and served.drops > 0:
                served.drops -= 1
                rest = rest[: served.drop_after]
            self.wfile.write(rest)

        def log_message(self, *_: Any) -> None: ...

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.address = f"http://127.0.0.1:{running.server_port}"
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.download._PAUSE_S", 0.0)
    monkeypatch.setattr("core.download._PIECE_BYTES", 50_000)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def nobody(done: int, total: int) -> None: ...


def _wanted(server: Server, sha256: str | None = SHA, size_bytes: int | None = None) -> Wanted:
    return Wanted(f"{server.address}/file.bin", size_bytes, sha256)


def test_a_whole_file(server: Server, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    target = tmp_path / "deep" / "file.bin"
    assert fetch(_wanted(server), target, lambda done, total: told.append((done, total))) == SHA
    assert target.read_bytes() == CONTENT
    assert [p.name for p in target.parent.iterdir()] == ["file.bin"]
    assert told == sorted(told)
    assert told[-1] == (len(CONTENT), len(CONTENT))


@pytest.mark.parametrize("size_bytes", [None, len(CONTENT)])
def test_a_connection_that_drops_is_taken_up_again(
    server: Server, tmp_path: Path, size_bytes: int | None
) -> None:
    server.drop_after = 200_000
    fetch(_wanted(server, size_bytes=size_bytes), tmp_path / "f", nobody)
    assert (tmp_path / "f").read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=200000-", "bytes=400000-", "bytes=600000-"]


@pytest.mark.parametrize("often", [1, 1000])
@pytest.mark.parametrize("while_reading", [False, True])
@pytest.mark.parametrize(
    "fault",
    [ssl.SSLError(1, "bad record mac"), OSError(errno.ENETUNREACH, "no network"), TimeoutError("timed out")],
)
def test_any_fault_of_the_network_is_one_of_the_connection(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: OSError,
    while_reading: bool,
    often: int,
) -> None:
    """It is taken up again, and never told as one of the disk."""
    faults, connect = iter([fault] * often), urllib.request.urlopen
    good = 1 if often == 1 else 0  # pieces that come before

    def fail() -> None:
        error = next(faults, None)
        if error is not None:
            raise error

    def urlopen(request: Any, timeout: float) -> Any:
        answer = connect(request, timeout=timeout)
        read, pieces = answer.read, itertools.count()
        if while_reading:
            answer.read = lambda size: (fail() if next(pieces) == good else None) or read(size)
        else:
            fail()
        return answer

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    if often == 1:
        fetch(_wanted(server), tmp_path / "f", nobody)
        assert (tmp_path / "f").read_bytes() == CONTENT
        assert server.ranges[-1] == ("bytes=50000-" if while_reading else None), "it went on"
        return
    with pytest.raises(ThimbleError, match=str(fault.args[-1])) as caught:
        fetch(_wanted(server), tmp_path / "f", nobody)
    assert caught.value.code == "download-failed"


def test_a_server_that_knows_no_ranges_is_asked_from_the_start(server: Server, tmp_path: Path) -> None:
    server.drop_after, server.drops, server.knows_ranges = 200_000, 1, False
    fetch(_wanted(server), tmp_path / "f", nobody)
    assert (tmp_path / "f").read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=200000-"]


def test_a_server_that_does_not_tell_the_length(server: Server, tmp_path: Path) -> None:
    server.tells_length = False
    fetch(_wanted(server), tmp_path / "f", nobody)
    assert (tmp_path / "f").read_bytes() == CONTENT


def test_nothing_comes_any_more_and_the_next_call_goes_on(server: Server, tmp_path: Path) -> None:
    server.drop_after, server.drops = 300_000, 1
    stopped = CancelledByUser("")

    def stop(done: int, total: int) -> None:
        if done >= 300_000:
            raise stopped

    with pytest.raises(CancelledByUser):
        fetch(_wanted(server), tmp_path / "f", stop)
    assert not (tmp_path / "f").exists()
    assert (tmp_path / ".f.part").stat().st_size == 300_000
    server.drop_after, server.drops = 0, 1000
    with pytest.raises(ThimbleError, match=r"0\.3 MB have come") as caught:
        fetch(_wanted(server), tmp_path / "f", nobody)
    assert caught.value.code == "download-failed"
    assert "goes on from there" in caught.value.hint
    server.drop_after, server.ranges = None, []
    assert fetch(_wanted(server), tmp_path / "f", nobody) == SHA
    assert server.ranges == ["bytes=300000-"]
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


def test_the_wrong_file(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ThimbleError, match=f"{SHA}, not 000") as caught:
        fetch(_wanted(server, "000"), tmp_path / "f", nobody)
    assert caught.value.code == "wrong-checksum"
    assert not list(tmp_path.iterdir())


def test_a_partial_file_of_something_else(server: Server, tmp_path: Path) -> None:
    (tmp_path / ".f.part").write_bytes(b"x" * (len(CONTENT) + 5))
    assert fetch(_wanted(server), tmp_path / "f", nobody) == SHA  # refused, then asked from the start
    assert server.ranges == [f"bytes={len(CONTENT) + 5}-", None]
    (tmp_path / "f").unlink()
    (tmp_path / ".f.part").write_bytes(b"x" * 10)
    with pytest.raises(ThimbleError, match="not the published file"):
        fetch(_wanted(server), tmp_path / "f", nobody)
    assert fetch(_wanted(server), tmp_path / "f", nobody) == SHA


def test_no_such_file_no_server_no_space(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ThimbleError, match=r"404|Not Found") as caught:
        fetch(Wanted(f"{server.address}/other"), tmp_path / "f", nobody)
    assert "network" in caught.value.hint
    with pytest.raises(ThimbleError, match="cannot be downloaded"):
        fetch(Wanted("http://127.0.0.1:9/f"), tmp_path / "f", nobody)
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 1000})())
    with pytest.raises(ThimbleError, match="1 MB are needed") as caught:
        fetch(_wanted(server), tmp_path / "f", nobody)
    assert caught.value.code == "cannot-write"


def test_a_disk_that_fills_up_keeps_what_has_come(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ThimbleError, match="No space left") as caught:
        fetch(_wanted(server), tmp_path / "f", lambda done, total: full() if done > 100_000 else None)
    assert caught.value.code == "cannot-write"
    assert (tmp_path / ".f.part").stat().st_size == 150_000


def test_two_at_a_time(server: Server, tmp_path: Path) -> None:
    (tmp_path / ".f.lock").write_text("1")  # the first process of the system runs always
    with pytest.raises(ThimbleError, match="being downloaded already"):
        fetch(_wanted(server), tmp_path / "f", nobody)
    (tmp_path / ".f.lock").write_text("99999999")  # a process that was killed
    assert fetch(_wanted(server), tmp_path / "f", nobody) == SHA


@pytest.mark.parametrize("left", ["", "no number", str(os.getppid())])
def test_what_a_killed_process_or_a_full_disk_leaves_does_not_block(
    server: Server, tmp_path: Path, left: str
) -> None:
    lock = tmp_path / ".f.lock"
    lock.write_text(left)
    os.utime(lock, (1.0, 1.0))  # long before the process that has the number now
    assert fetch(_wanted(server), tmp_path / "f", nobody) == SHA
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


def test_a_number_that_cannot_be_written_leaves_no_lock(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("core.download.os.getpid", full)
    with pytest.raises(ThimbleError, match="No space left"):
        fetch(_wanted(server), tmp_path / "f", nobody)
    assert not list(tmp_path.iterdir())


def test_a_file_of_another_length_is_not_kept(server: Server, tmp_path: Path) -> None:
    file = PublishedFile(_wanted(server, None, len(CONTENT)), "f")
    server.files["/file.bin"] = b"please log in"
    with pytest.raises(ThimbleError, match="it has 13 bytes, not 700,000") as caught:
        download(file, tmp_path, nobody)
    assert caught.value.code == "wrong-size"
    assert not list(tmp_path.iterdir())
    server.files["/file.bin"] = CONTENT
    assert download(file, tmp_path, nobody).sha256 == SHA


@pytest.mark.parametrize(
    ("edition", "asked"), [('"1"', "bytes=50000-"), ('"2"', "bytes=50000-"), (None, None)]
)
def test_without_a_checksum_only_the_same_edition_is_gone_on_with(
    server: Server, tmp_path: Path, edition: str | None, asked: str | None
) -> None:
    def stop(done: int, total: int) -> None:
        if done:
            raise CancelledByUser

    server.edition = edition and '"1"'
    with pytest.raises(CancelledByUser):
        fetch(_wanted(server, None), tmp_path / "f", stop)
    assert (tmp_path / ".f.part").stat().st_size == 50_000
    if edition != '"1"':
        server.files["/file.bin"] = CONTENT[::-1]
    server.edition = edition
    fetch(_wanted(server, None), tmp_path / "f", nobody)
    assert (tmp_path / "f").read_bytes() == server.files["/file.bin"]
    assert server.ranges == [None, asked]
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


def _picture(shade: int) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (6, 6), (shade, shade, shade)).save(content, "PNG")
    return content.getvalue()


def _zip(names: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, inside in names.items():
            archive.writestr(name, inside)
    return content.getvalue()


def _tgz(names: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, inside in names.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(inside)
            archive.addfile(entry, io.BytesIO(inside))
    return content.getvalue()


def test_a_checksum_that_is_not_published_is_kept(server: Server, tmp_path: Path) -> None:
    file = PublishedFile(_wanted(server, None), "set/file.bin")
    first = download(file, tmp_path, nobody)
    assert not first.checksum_known
    assert first.sha256 == SHA
    assert json.loads((tmp_path / CHECKSUMS).read_text()) == {file.wanted.url: SHA}
    (tmp_path / "set" / "file.bin").unlink()
    server.files["/file.bin"] = b"changed"
    with pytest.raises(ThimbleError, match="not the published file"):
        download(file, tmp_path, nobody)


def _published_at(server: Server, known: Any, archives: dict[str, bytes]) -> Any:
    """The set with its files on our server."""
    files = []
    for file in known.published:
        name = "/" + file.wanted.url.rsplit("/", 1)[1]
        server.files[name] = archives[name[1:]]
        digest = hashlib.sha256(archives[name[1:]]).hexdigest()
        wanted = Wanted(server.address + name, len(archives[name[1:]]), digest)
        files.append(replace(file, wanted=wanted))
    return replace(known, published=tuple(files))


def test_archives_become_the_folders_that_are_read(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIMBLE_DATA", str(tmp_path))
    flowers = {f"flower_photos/{c}/{n}.jpg": _picture(n) for c in FLOWERS.class_names for n in range(5)}
    flowers |= {
        "flower_photos/LICENSE.txt": b"free",
        "flower_photos/roses/empty.jpg": b"",
        "../out/x.jpg": b"x",
    }
    train = {f"{c}/{n}.png": _picture(n) for c in ("horses", "humans") for n in range(3)}
    test = {f"{c}/{n}.png": _picture(n) for c in ("horses", "humans") for n in range(2)}
    sets = (
        _published_at(server, FLOWERS, {"flower_photos.tgz": _tgz(flowers)}),
        _published_at(
            server,
            HORSES_OR_HUMANS,
            {"horse-or-human.zip": _zip(train), "validation-horse-or-human.zip": _zip(test)},
        ),
    )
    monkeypatch.setattr(source, "KNOWN_SETS", sets)
    events: list[Event] = []
    for known in sets:
        result = download_set({"name": known.id}, JobContext(events.append))
        assert {file["checksum"] for file in result["files"]} == {"published"}
    assert not list(tmp_path.parent.glob("out/*"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["flowers", "horses-or-humans"]
    assert not (tmp_path / "flowers" / "LICENSE.txt").exists()
    assert len(load_data("flowers", (6, 6, 3)).y_train) == 20
    horses = load_data("horses-or-humans", (6, 6, 3))
    assert (len(horses.y_train), len(horses.y_test)) == (6, 4)  # as they are published
    fractions = [event.fraction for event in events if isinstance(event, Progress)]
    assert fractions[-1] == 1.0
    assert not [event for event in events if isinstance(event, Log)]
    server.files = {}
    assert download_set({"name": "flowers"}, JobContext(events.append))["files"] == []  # it is there


def test_half_of_a_download_is_not_the_set(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIMBLE_DATA", str(tmp_path))
    archive = _zip({f"{c}/{n}.png": _picture(n) for c in ("horses", "humans") for n in range(3)})
    known = _published_at(
        server,
        HORSES_OR_HUMANS,
        dict.fromkeys(("horse-or-human.zip", "validation-horse-or-human.zip"), archive),
    )
    monkeypatch.setattr(source, "KNOWN_SETS", (known,))

    def stop_at(path: str) -> JobContext:
        def stop(event: Event) -> None:
            if (tmp_path / path).exists():
                raise CancelledByUser

        return JobContext(stop)

    for path in ("horses-or-humans/.horse-or-human.zip.part", "horses-or-humans/train"):
        with pytest.raises(CancelledByUser):
            download_set({"name": known.id}, stop_at(path))
        assert (tmp_path / path).exists()
        assert not known.is_in(tmp_path)
    download_set({"name": known.id}, JobContext(lambda event: None))
    assert known.is_in(tmp_path)


def test_cancelled_while_it_is_unpacked(server: Server, tmp_path: Path) -> None:
    archive = _zip({f"a/{n}.png": _picture(n) for n in range(3)})
    server.files["/file.zip"] = archive
    digest = hashlib.sha256(archive).hexdigest()
    file = PublishedFile(Wanted(f"{server.address}/file.zip", len(archive), digest), "set", unpack="")

    def stop(done: int, total: int) -> None:
        if (tmp_path / "file.zip").exists():
            raise CancelledByUser

    with pytest.raises(CancelledByUser):
        download(file, tmp_path, stop)
    assert [p.name for p in tmp_path.iterdir()] == ["file.zip"]
    requests = len(server.ranges)
    download(file, tmp_path, nobody)
    assert len(server.ranges) == requests  # what came is checked and used
    assert sorted(p.name for p in tmp_path.rglob("*.png")) == ["0.png", "1.png", "2.png"]


def test_an_archive_that_is_none(server: Server, tmp_path: Path) -> None:
    for content in (b"no archive", _zip({"other/a/b.jpg": b"x"})):
        server.files["/file.zip"] = content
        file = PublishedFile(Wanted(f"{server.address}/file.zip"), "set", unpack="PetImages")
        with pytest.raises(ThimbleError, match="not the archive") as caught:
            download(file, tmp_path, nobody)
        assert caught.value.code == "bad-download"
        assert not list(tmp_path.iterdir())  # no checksum either, which would shut the right file out


def test_what_is_missing_is_told_with_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIMBLE_DATA", str(tmp_path))
    for known in KNOWN_SETS:
        with pytest.raises(ThimbleError) as caught:
            load_data(known.id)
        assert f"thimble data get {known.id}" in caught.value.hint
        assert known.published
        assert all(file.wanted.size_bytes for file in known.published)
        for file in known.published:
            assert file.wanted.sha256 is None or len(bytes.fromhex(file.wanted.sha256)) == 32
    with pytest.raises(ThimbleError, match="'imagenet'") as caught:
        download_set({"name": "imagenet"}, JobContext(lambda event: None))
    assert "mnist" in caught.value.hint
