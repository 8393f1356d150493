"""Time series in CSV files: windows, the split by recording, and an error for whatever is wrong."""

from pathlib import Path

import numpy as np
import pytest

from core.data import load_data
from core.data.samples import BUDGET_VARIABLE
from core.data.series.recording import Recording
from core.errors import ThimbleError
from core.recipe import DataOptions, Scaling

CLASSES = ("idle", "walk")


def _recording(path: Path, mark: float, rows: int = 40, times: bool = True, channels: str = "x,y") -> None:
    """Channel x holds the mark, so that a window tells where it is from; y counts the rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{n / 50:.3f},{mark},{n}" if times else f"{mark},{n}" for n in range(rows)]
    path.write_text("\n".join([f"time,{channels}" if times else channels, *lines]) + "\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for label, name in enumerate(CLASSES):
        for n in range(5):
            _recording(tmp_path / "motion" / name / f"{n}.csv", 10 * label + n)
    return tmp_path / "motion"


AS_IS = DataOptions(scaling=Scaling.AS_IS)


def test_windows_of_a_folder(folder: Path) -> None:
    data = load_data(folder, (16, 2), AS_IS)
    assert data.name == "motion"
    assert data.class_names == CLASSES
    assert data.sample_shape == (16, 2)
    assert not data.has_images
    x, y = data.x_train[:], data.y_train
    assert set(x[:, 0, 1]) == {0.0, 8.0, 16.0, 24.0}  # one window every half window, the last that is whole
    assert np.array_equal(x[:, :, 1] - x[:, :1, 1], np.tile(np.arange(16.0), (len(x), 1)))
    assert np.array_equal(x[:, 0, 0] >= 10, y == 1)


def test_no_recording_is_on_both_sides(folder: Path) -> None:
    for seed in range(5):
        data = load_data(folder, (16, 2), DataOptions(scaling=Scaling.AS_IS, seed=seed, stride=1))
        train, test = set(data.x_train[:][:, 0, 0]), set(data.x_test[:][:, 0, 0])
        assert train.isdisjoint(test)
        assert len(train | test) == 10
        assert np.bincount(data.y_test).tolist() == [25, 25]  # one recording of each class
    tests = {
        tuple(load_data(folder, (16, 2), DataOptions(scaling=Scaling.AS_IS, seed=s)).x_test[:, 0, 0].tolist())  # type: ignore[call-overload]
        for s in range(8)
    }
    assert len(tests) > 1


def test_standardized_by_the_training_part(folder: Path) -> None:
    data = load_data(folder, (16, 2))
    x = np.asarray(data.x_train[:], np.float64)
    assert np.allclose(x.mean(axis=(0, 1)), 0, atol=1e-4)
    assert np.allclose(x.std(axis=(0, 1)), 1, atol=1e-4)
    assert data.normalization.scaling is Scaling.STANDARDIZE
    assert len(data.normalization.shift) == 2


def test_larger_than_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load_data(folder, (16, 2), DataOptions(stride=1))
    monkeypatch.setenv(BUDGET_VARIABLE, "0")
    streamed = load_data(folder, (16, 2), DataOptions(stride=1))
    assert not isinstance(streamed.x_train, np.ndarray)
    places = np.random.default_rng(0).permutation(len(whole.x_train))
    assert np.array_equal(streamed.x_train[places], whole.x_train[places])
    assert np.array_equal(streamed.y_train, whole.y_train)


def _one_file(path: Path, separator: str = ",") -> Path:
    """Three recordings that go from class 9 to class 10 after 20 rows."""
    lines = [separator.join(("Time", "gyro", "Label", "recording"))]
    for name in ("a", "b", "c"):
        for n in range(50):
            lines.append(separator.join((f"2026-05-01T10:00:{n:02d}", str(n), "9" if n < 20 else "10", name)))
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_one_file_with_labels(tmp_path: Path, separator: str) -> None:
    data = load_data(
        _one_file(tmp_path / "all.csv", separator), (10, 1), DataOptions(scaling=Scaling.AS_IS, stride=5)
    )
    assert data.class_names == ("9", "10")  # in the order of numbers
    starts = data.x_train[:][:, 0, 0]
    assert set(starts[data.y_train == 0]) == {0.0, 5.0, 10.0}  # never over the edge at 20
    assert set(starts[data.y_train == 1]) == {20.0, 25.0, 30.0, 35.0, 40.0}
    assert len(data.y_train) == 2 * len(data.y_test) == 16


def test_starts_of_windows() -> None:
    labels = np.array([0] * 5 + [1] * 3 + [0] * 4)
    recording = Recording("r", np.zeros((12, 1), np.float32), labels, None)
    assert recording.starts(3, 1) == [0, 1, 2, 5, 8, 9]
    assert recording.starts(4, 2) == [0, 8]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("time,x,y\n0,1,2\n1,,3\n", "line 3"),
        ("time,x,y\n0,1,2\n1,NaN,3\n", "missing"),
        ("time,x,y\n0,1,2\n1,on,3\n", "'on' is not a number"),
        ("time;x;y\n0;1,5;2\n", "'1,5' is not a number"),
        ("time,x,y\n0,1,2\n1,2\n", "2 columns"),
        ("0,1,2\n1,2,3\n", "begins with numbers"),
        ("time\n0\n1\n", "no channels"),
        ("time,x,X\n0,1,2\n", "same name"),
        ("time,x,y\n", "no rows"),
        ("", "no channels"),
        ("time,x,y\nnoon,1,2\n", "not a time"),
        ("time,x,y\n0,1,2\n1,1,2\n2,1,2\n9,1,2\n", "before line 5 there are 7, usually 1"),
        ("time,x,y\n0,1,2\n0,1,2\n0,1,2\n", "not sampled evenly"),
        ("time,x,y\n2,1,2\n1,1,2\n0,1,2\n", "not sampled evenly"),
        ("time,x,y\n0,1,2\n.02,1,2\n.04,1,2\n", "3 steps, the model reads 16"),
        ("time,x,z\n" + "".join(f"{n},1,2\n" for n in range(40)), "the channels x, z"),
        ("time,x,y\n" + "".join(f"{n},1,2\n" for n in range(40)), "a step of"),
        ("time,x,y,label\n" + "".join(f"{n},1,2,a\n" for n in range(40)), "lies in the folder of a class"),
    ],
)
def test_recordings_that_cannot_be_used(folder: Path, text: str, word: str) -> None:
    (folder / "walk" / "9.csv").write_text(text)
    with pytest.raises(ThimbleError) as caught:
        load_data(folder, (16, 2))
    assert caught.value.code == "bad-data"
    assert word in caught.value.what
    assert "9.csv" in caught.value.what
    assert caught.value.hint


def test_a_file_that_is_no_text(folder: Path) -> None:
    (folder / "walk" / "9.csv").write_bytes(b"x,y\n\xff\xfe\x00,1\n")
    with pytest.raises(ThimbleError, match="not a CSV file"):
        load_data(folder, (16, 2))


def test_sets_that_cannot_be_used(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ThimbleError, match=r"not \(steps, channels\)") as caught:
        load_data(folder, (8, 8, 1))
    assert caught.value.code == "data-does-not-fit"
    with pytest.raises(ThimbleError, match="reads 3 channels, motion has 2: x, y"):
        load_data(folder, (16, 3))
    (folder / "run").mkdir()
    with pytest.raises(ThimbleError, match=r"class run in .* has no CSV"):
        load_data(folder, (16, 2))
    _recording(folder / "run" / "only.csv", 1)
    with pytest.raises(ThimbleError, match="1 recordings in motion have the class run"):
        load_data(folder, (16, 2))
    with pytest.raises(ThimbleError, match="no file"):
        load_data(tmp_path / "nowhere.csv", (16, 2))
    (tmp_path / "bare.csv").write_text("time,x\n0,1\n")
    with pytest.raises(ThimbleError, match="no column 'label' and no column 'recording'"):
        load_data(tmp_path / "bare.csv", (16, 1))
    (tmp_path / "gap.csv").write_text("x,label,recording\n1,,a\n")
    with pytest.raises(ThimbleError, match=r"line 2 .* has no label"):
        load_data(tmp_path / "gap.csv", (16, 1))


def test_files_without_times(tmp_path: Path) -> None:
    for name in CLASSES:
        for n in range(2):
            _recording(tmp_path / "m" / name / f"{n}.CSV", n, times=False)
    (tmp_path / "m" / ".hidden").mkdir()
    (tmp_path / "m" / "walk" / "._0.csv").write_bytes(b"\x00")
    assert len(load_data(tmp_path / "m", (16, 2), DataOptions(stride=8)).y_train) == 8
