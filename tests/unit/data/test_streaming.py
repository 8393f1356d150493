"""Data that are larger than the memory for them: the same samples, read as they are asked for."""

import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from core.data import DataSet, load_data
from core.data.batches import batches_in_order, read_batches
from core.data.samples import BUDGET_VARIABLE, memory_budget_bytes
from core.errors import CancelledByUser, ThimbleError
from core.recipe import DataOptions, Scaling


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setattr("core.data.archive.cache_dir", lambda: folder)
    return folder


def _pictures(root: Path, count: int = 12) -> Path:
    rng = np.random.default_rng(0)
    for name in ("cat", "owl", "fox"):
        (root / name).mkdir(parents=True)
        for n in range(count):
            Image.fromarray(rng.integers(0, 256, (9, 7, 3), np.uint8)).save(root / name / f"{n}.png")
    return root


def _npz(path: Path, save: Any, dtype: type = np.float32, order: str = "C") -> Path:
    rng = np.random.default_rng(1)
    x = np.asarray(rng.random((40, 6, 5, 2)) * 200, dtype, order=order)  # type: ignore[call-overload]
    save(path, x_train=x[:30], y_train=np.arange(30) % 3, x_test=x[30:], y_test=np.arange(10) % 3)
    return path


def _both(source: Path, monkeypatch: pytest.MonkeyPatch, **keys: Any) -> tuple[DataSet, DataSet]:
    in_memory = load_data(source, **keys)
    monkeypatch.setenv(BUDGET_VARIABLE, "0")
    return in_memory, load_data(source, **keys)


def _assert_same(data: DataSet, streamed: DataSet) -> None:
    assert isinstance(data.x_train, np.ndarray)
    assert not isinstance(streamed.x_train, np.ndarray)
    assert streamed.sample_shape == data.sample_shape
    assert np.array_equal(streamed.y_train, data.y_train)
    assert streamed.normalization == data.normalization
    for ours, theirs in ((streamed.x_train, data.x_train), (streamed.x_test, data.x_test)):
        order = np.random.default_rng(2).permutation(len(theirs))
        batches = [order[places] for places in batches_in_order(len(order), 8)]
        for places, batch in zip(batches, read_batches(ours, batches), strict=True):
            assert batch.dtype == np.float32
            assert np.array_equal(batch, theirs[places])
        assert np.array_equal(ours[3:5], theirs[3:5])


@pytest.mark.parametrize("scaling", [Scaling.AUTO, Scaling.SYMMETRIC, Scaling.STANDARDIZE])
def test_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scaling: Scaling) -> None:
    root = _pictures(tmp_path / "animals")
    options = DataOptions(scaling=scaling, test_fraction=0.25)
    _assert_same(*_both(root, monkeypatch, shape=(8, 8, 3), options=options))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize(("dtype", "order"), [(np.uint8, "C"), (np.float64, "F"), (np.float32, "C")])
def test_archives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, save: Any, dtype: type, order: str, cache: Path
) -> None:
    path = _npz(tmp_path / "data.npz", save, dtype, order)
    _assert_same(*_both(path, monkeypatch, options=DataOptions(scaling=Scaling.STANDARDIZE)))
    assert len(list(cache.glob("unpacked/*"))) == (save is np.savez_compressed)


def test_a_compressed_archive_is_unpacked_once_and_again_when_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    path = _npz(tmp_path / "data.npz", np.savez_compressed)
    monkeypatch.setenv(BUDGET_VARIABLE, "0")
    load_data(path)
    first = {p: p.stat().st_mtime_ns for p in cache.glob("unpacked/*/*")}
    assert len(first) == 2
    load_data(path)
    assert {p: p.stat().st_mtime_ns for p in cache.glob("unpacked/*/*")} == first
    for dtype in (np.float64, np.uint8, np.int16):
        loaded = load_data(_npz(path, np.savez_compressed, dtype))
        assert loaded.x_train[:1].max() <= 200
    assert len(list(cache.glob("unpacked/*"))) == 2  # older ones have gone


def test_names_in_an_archive_lead_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    path, renamed = _npz(tmp_path / "data.npz", np.savez_compressed), tmp_path / "renamed.npz"
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(renamed, "w", zipfile.ZIP_DEFLATED) as other:
        for name in archive.namelist():
            other.writestr(name, archive.read(name))
        other.writestr("x_../../../out.npy", archive.read("x_train.npy"))
    monkeypatch.setenv(BUDGET_VARIABLE, "0")
    load_data(renamed)
    assert sorted(p.name for p in cache.glob("unpacked/*/*")) == ["0.npy", "1.npy", "2.npy"]


def test_no_space_to_unpack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    path = _npz(tmp_path / "data.npz", np.savez_compressed)
    monkeypatch.setenv(BUDGET_VARIABLE, "0")
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 10})())
    with pytest.raises(ThimbleError, match="free") as caught:
        load_data(path)
    assert caught.value.code == "cannot-write"
    assert "numpy.savez" in caught.value.hint
    assert not list(cache.glob("unpacked/*"))


def test_cancelled_while_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    path = _npz(tmp_path / "data.npz", np.savez_compressed)
    monkeypatch.setenv(BUDGET_VARIABLE, "0")

    def stop(done: int, total: int) -> None:
        raise CancelledByUser

    with pytest.raises(CancelledByUser):
        load_data(path, watch=stop)
    assert not [p for p in cache.rglob("*") if p.is_file()]


def test_an_archive_that_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _npz(tmp_path / "whole.npz", np.savez)
    short = tmp_path / "short.npz"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(short, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name)[:-8])
    monkeypatch.setenv(BUDGET_VARIABLE, "0")
    with pytest.raises(ThimbleError, match="not a NumPy archive") as caught:
        load_data(short)
    assert caught.value.code == "bad-data"


def test_nan_is_found_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.zeros((20, 4), np.float32)
    x[13, 2] = np.nan
    np.savez(
        tmp_path / "data.npz", x_train=x, y_train=np.arange(20) % 2, x_test=x[:4], y_test=np.arange(4) % 2
    )
    monkeypatch.setenv(BUDGET_VARIABLE, "0")
    with pytest.raises(ThimbleError, match="sample 13"):
        load_data(tmp_path / "data.npz")


def test_a_picture_that_breaks_after_it_was_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = _pictures(tmp_path / "animals")
    monkeypatch.setenv(BUDGET_VARIABLE, "0")
    data = load_data(root)
    (root / "owl" / "3.png").write_bytes(b"")
    with pytest.raises(ThimbleError, match=r"3\.png"):
        list(read_batches(data.x_train, [np.arange(len(data.x_train))]))


class _Slow:
    """Samples that tell how far they were read."""

    shape = (100, 1)

    def __init__(self) -> None:
        self.read: list[int] = []
        self.threads: set[int] = set()

    def __len__(self) -> int:
        return 100

    def __getitem__(self, places: Any, /) -> npt.NDArray[Any]:
        self.read.append(int(places[0]))
        self.threads.add(threading.get_ident())
        return np.asarray(places, np.float32)[:, None]


def test_it_is_read_a_little_ahead_and_stops_with_its_reader() -> None:
    samples = _Slow()
    batches = read_batches(samples, batches_in_order(100, 10))
    assert next(batches)[:, 0].tolist() == list(range(10))
    batches.close()  # type: ignore[attr-defined]
    assert len(samples.read) <= 4
    assert samples.threads.isdisjoint({threading.get_ident()})


def test_batches_in_order_are_full() -> None:
    assert [places.tolist() for places in batches_in_order(5, 3)] == [[0, 1, 2], [3, 4, 0]]
    assert [places.tolist() for places in batches_in_order(2, 8)] == [[0, 1]]


@pytest.mark.parametrize("given", ["much", "-1", "1.5"])
def test_a_budget_that_is_no_number(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BUDGET_VARIABLE, given)
    with pytest.raises(ThimbleError, match=BUDGET_VARIABLE):
        memory_budget_bytes()


_PEAK = """
import sys, tracemalloc
import numpy as np
from core.data import load_data
from core.data.batches import batches_in_order, read_batches
from PIL import Image
tracemalloc.start()
data = load_data(sys.argv[1], (96, 96, 3))
total = 0.0
for batch in read_batches(data.x_train, batches_in_order(len(data.x_train), 16)):
    total += float(batch.sum())
print(tracemalloc.get_traced_memory()[1])
"""


def test_peak_memory_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.zeros((600, 96, 96, 3), np.uint8)  # 66 MB as float32
    np.savez(tmp_path / "large.npz", x_train=x, y_train=np.arange(600) % 2, x_test=x[:2], y_test=[0, 1])
    peaks = {}
    for budget in ("0", "500"):
        monkeypatch.setenv(BUDGET_VARIABLE, budget)
        done = subprocess.run(
            [sys.executable, "-c", _PEAK, tmp_path / "large.npz"], capture_output=True, text=True, check=True
        )
        peaks[budget] = int(done.stdout)
    assert peaks["500"] > 66_000_000
    assert peaks["0"] < 25_000_000
