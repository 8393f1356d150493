"""The engine with a delegate: what it is told, what it takes, and what runs when it does not work."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import ThimbleError
from core.pi.engines import find_engine
from core.pi.listener import Listener
from core.pi.measuring import Answered, evaluate, measure
from core.pi.preparing import Prepared
from core.pi.run import Delegate
from core.pi.setup.armnn import ArmnnSource, Backend, find_delegate, library_hash, require_archive
from tests.toolchain.pi.delegate import DELEGATE, GCC, Build
from tests.toolchain.pi.loopback import Loopback, all_gone
from tests.toolchain.pi.samples import Sample, nobody_listens, run_on

#: More than a delegate is tried with.
_RUNS = 6
#: Of a delegate that hangs: long enough to get there on most computers, and the same is told on the others.
_HANG_S = 2.0

pytestmark = pytest.mark.skipif(GCC is None, reason="there is no gcc")


def _measure(
    prepared: Prepared, sample: Sample, source: ArmnnSource, probe_hang_s: float | None = None
) -> tuple[Answered, list[str]]:
    said: list[str] = []
    question = sample.asked(_RUNS, probe_hang_s=probe_hang_s)
    answered = measure(prepared, find_engine("armnn"), question, source, Listener(say=said.append))
    assert answered.run.error is None
    assert len(answered.run.inferences) == _RUNS
    return answered, [sentence for sentence in said if not sentence.startswith("Trying the Arm NN delegate")]


def test_the_delegate_computes_what_it_takes(prepared: Prepared, sample: Sample, build: Build) -> None:
    answered, said = _measure(prepared, sample, ArmnnSource(str(build())))
    measurement = evaluate(prepared, sample.question, answered).measurement
    assert (measurement.engine, answered.instead) == ("armnn", None)
    assert measurement.verified
    use = answered.delegate
    assert use is not None
    assert use.ran
    assert use.sha256 == hashlib.sha256(Path(use.library).read_bytes()).hexdigest()
    assert "option backends=CpuAcc" in use.log
    partition = answered.run.partition
    assert partition is not None
    assert (partition.parts, partition.delegated, partition.operators) == (1, 1, 2)
    assert partition.refused == {"SOFTMAX": 1}
    log = "\n".join(answered.run.log)
    assert "option backends=CpuAcc" in log
    assert "option number-of-threads=1" in log
    assert "is not supported" in log
    assert not said


def test_the_reference_backend_is_passed_on(prepared: Prepared, sample: Sample, build: Build) -> None:
    answered, _ = _measure(prepared, sample, ArmnnSource(str(build()), backend=Backend.CPU_REF))
    assert "option backends=CpuRef" in answered.run.log
    assert not any("number-of-threads" in line for line in answered.run.log)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("TAKES_NOTHING", "takes none of the operators"),
        ("WRONG", "computes something else than TFLite"),
        ("CRASHES", "SIGSEGV"),
        ("HANGS", "does not work: the engine said nothing for"),
        ("CRASHES_LATER", "does not work after 4 inferences: the engine's process ended with SIGSEGV"),
    ],
)
def test_a_delegate_that_does_not_work_is_replaced_and_never_recorded(
    prepared: Prepared, sample: Sample, build: Build, fault: str, words: str
) -> None:
    hang_s = _HANG_S if fault == "HANGS" else None
    answered, said = _measure(prepared, sample, ArmnnSource(str(build(fault))), hang_s)
    result = evaluate(prepared, sample.question, answered)
    assert result.measurement.engine == "xnnpack"
    assert result.measurement.verified
    assert answered.instead is not None
    assert words in answered.instead
    assert answered.delegate is not None
    assert not answered.delegate.ran
    assert "option backends=CpuAcc" in answered.delegate.log
    assert words in said[0]
    assert "TFLite with XNNPACK runs instead" in said[0]


def test_trying_a_delegate_can_be_cancelled(
    prepared: Prepared, pi: Loopback, sample: Sample, build: Build
) -> None:
    class StoppedError(Exception):
        pass

    def stop() -> None:
        raise StoppedError

    source = ArmnnSource(str(build("HANGS")))
    with pytest.raises(StoppedError):
        measure(prepared, find_engine("armnn"), sample.question, source, Listener(check=stop))
    assert all_gone(pi.pi_folder)


def test_what_is_no_delegate(prepared: Prepared, sample: Sample, tmp_path: Path) -> None:
    empty = tmp_path / "empty.c"
    empty.write_text("int nothing;\n")
    subprocess.run([str(GCC), "-shared", "-fPIC", str(empty), "-o", str(tmp_path / DELEGATE)], check=True)
    (tmp_path / "text.so").write_text("no library")
    for name, words in ((DELEGATE, "AttributeError"), ("text.so", "OSError")):
        delegate = Delegate(str(tmp_path / name), {})
        run = run_on(prepared, sample.job(prepared, 1, engine="armnn", delegate=delegate))
        assert words in str(run.error)
    with pytest.raises(ThimbleError, match="there is no"):
        find_delegate(prepared.folder, ArmnnSource(str(tmp_path / "none.so")), nobody_listens)


def test_an_unknown_option_is_told(prepared: Prepared, sample: Sample, build: Build) -> None:
    delegate = Delegate(str(build()), {"backends": "GpuAcc"})
    run = run_on(prepared, sample.job(prepared, 1, engine="armnn", delegate=delegate))
    assert run.error is not None
    assert "unknown option or backend" in run.error.what


@pytest.mark.usefixtures("no_armnn")
def test_an_archive_is_installed_once_and_found_again(
    prepared: Prepared, build: Build, tmp_path: Path
) -> None:
    with pytest.raises(ThimbleError) as caught:
        find_delegate(prepared.folder, ArmnnSource(), nobody_listens)
    assert caught.value.code == "no-armnn"
    archive = _archive_of(build(), tmp_path / "armnn.tar.gz")
    sent: list[int] = []
    right = hashlib.sha256(archive.read_bytes()).hexdigest()
    with pytest.raises(ThimbleError) as caught:
        find_delegate(prepared.folder, ArmnnSource(archive=str(archive), sha256="0" * 64), nobody_listens)
    assert caught.value.code == "wrong-checksum"
    source = ArmnnSource(archive=str(archive), sha256=right)
    library = find_delegate(prepared.folder, source, lambda done, total: sent.append(done))
    assert sent
    sent.clear()
    assert find_delegate(prepared.folder, source, lambda done, total: sent.append(done)) == library
    assert find_delegate(prepared.folder, ArmnnSource(), nobody_listens) == library
    assert not sent


def _archive_of(library: Path, archive: Path) -> Path:
    with tarfile.open(archive, "w:gz") as made:
        made.add(library, f"lib/{DELEGATE}")
    return archive


@pytest.mark.usefixtures("no_armnn")
@pytest.mark.parametrize("answers", [[200], [503, 200]], ids=["by the Pi", "by this computer, and sent"])
def test_an_archive_from_the_network(
    prepared: Prepared, build: Build, tmp_path: Path, own_folders: None, answers: list[int]
) -> None:
    library = build()
    content = _archive_of(library, tmp_path / "armnn.tar.gz").read_bytes()
    with _serving(content, answers) as address:
        source = ArmnnSource(archive=address, sha256=hashlib.sha256(content).hexdigest())
        found = find_delegate(prepared.folder, source, nobody_listens)
        assert find_delegate(prepared.folder, source, nobody_listens) == found
    assert library_hash(prepared.folder, found) == hashlib.sha256(library.read_bytes()).hexdigest()
    assert not answers


@pytest.mark.usefixtures("no_armnn")
def test_a_damaged_archive_ends_the_measurement(prepared: Prepared, sample: Sample, tmp_path: Path) -> None:
    """Only a Pi without Arm NN computes with another engine instead."""
    with _serving(b"damaged", [200]) as address:
        source = ArmnnSource(archive=address, sha256="0" * 64)
        with pytest.raises(ThimbleError) as caught:
            measure(prepared, find_engine("armnn"), sample.question, source, Listener())
    assert caught.value.code == "wrong-checksum"
    file = tmp_path / "armnn.tar.gz"
    file.write_bytes(b"damaged")
    for source, code in (
        (ArmnnSource(archive=str(tmp_path / "none.tar.gz")), "missing-file"),
        (ArmnnSource(archive=str(file), sha256="0" * 64), "wrong-checksum"),
    ):
        with pytest.raises(ThimbleError) as caught:
            require_archive(source)
        assert caught.value.code == code
    answered, _ = _measure(prepared, sample, ArmnnSource())
    assert answered.instead == "Arm NN is not installed on the Pi"


@contextlib.contextmanager
def _serving(content: bytes, answers: list[int]) -> Iterator[str]:
    """Answers with these numbers, one after the other."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answers.pop(0))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/armnn.tar.gz"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.usefixtures("no_armnn")
def test_an_archive_without_the_delegate(prepared: Prepared, tmp_path: Path) -> None:
    archive = tmp_path / "other.tar.gz"
    with tarfile.open(archive, "w:gz") as made:
        made.add(__file__, "readme")
    with pytest.raises(ThimbleError, match=r"there is no libarmnnDelegate.so in it"):
        find_delegate(prepared.folder, ArmnnSource(archive=str(archive)), nobody_listens)
