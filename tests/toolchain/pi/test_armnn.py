"""The engine with a delegate: what it is told, what it takes, and what runs when it does not work."""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
from pathlib import Path

import pytest

from core.errors import ThimbleError
from core.pi.engines import find_engine
from core.pi.measuring import Answered, evaluate, measure
from core.pi.preparing import Prepared
from core.pi.run import Delegate
from core.pi.setup.armnn import ArmnnSource, Backend, find_delegate
from tests.toolchain.pi.delegate import DELEGATE, GCC, Build
from tests.toolchain.pi.samples import Sample, nobody_listens, run_on

pytestmark = pytest.mark.skipif(GCC is None, reason="there is no gcc")


def _measure(prepared: Prepared, sample: Sample, source: ArmnnSource) -> tuple[Answered, list[str]]:
    said: list[str] = []
    answered = measure(prepared, find_engine("armnn"), sample.question, source, nobody_listens, said.append)
    assert answered.run.error is None
    return answered, said


def test_the_delegate_computes_what_it_takes(prepared: Prepared, sample: Sample, build: Build) -> None:
    answered, said = _measure(prepared, sample, ArmnnSource(str(build())))
    measurement = evaluate(prepared, sample.question, answered).measurement
    assert (measurement.engine, answered.instead) == ("armnn", None)
    assert measurement.verified
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
    ],
)
def test_a_delegate_that_does_not_work_is_replaced_and_never_recorded(
    prepared: Prepared, sample: Sample, build: Build, fault: str, words: str
) -> None:
    answered, said = _measure(prepared, sample, ArmnnSource(str(build(fault))))
    result = evaluate(prepared, sample.question, answered)
    assert result.measurement.engine == "xnnpack"
    assert result.measurement.verified
    assert answered.instead is not None
    assert words in answered.instead
    assert words in said[0]
    assert "TFLite with XNNPACK runs instead" in said[0]


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
    archive = tmp_path / "armnn.tar.gz"
    with tarfile.open(archive, "w:gz") as made:
        made.add(build(), f"lib/{DELEGATE}")
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


@pytest.mark.usefixtures("no_armnn")
def test_an_archive_without_the_delegate(prepared: Prepared, tmp_path: Path) -> None:
    archive = tmp_path / "other.tar.gz"
    with tarfile.open(archive, "w:gz") as made:
        made.add(__file__, "readme")
    with pytest.raises(ThimbleError, match=r"there is no libarmnnDelegate.so in it"):
        find_delegate(prepared.folder, ArmnnSource(archive=str(archive)), nobody_listens)
