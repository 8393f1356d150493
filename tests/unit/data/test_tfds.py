"""Folders of TensorFlow Datasets: what is in them comes out, and what is broken is told."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data import load_data
from core.data.samples import BUDGET_VARIABLE
from core.data.tfds.crc32c import crc32c
from core.data.tfds.records import read_examples
from core.errors import ThimbleError
from tests.unit.data import tfds_files as files

NAMES = ("owl", "cat", "fox")
PIXELS = np.random.default_rng(0).integers(0, 256, (24, 28, 28, 3), np.uint8)


def _samples(pixels: Any, first: int = 0) -> list[dict[str, Any]]:
    return [
        {"id": f"{first + n}".encode(), "image": files.png(picture), "label": (first + n) % 3, "score": 0.5}
        for n, picture in enumerate(pixels)
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    splits = {"train": _samples(PIXELS[:18]), "test": _samples(PIXELS[18:])}
    return files.write_prepared(tmp_path / "animals" / "3.0.1", splits, NAMES)


@pytest.mark.parametrize(
    ("content", "checksum"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_checksums_of_the_standard(content: bytes, checksum: int) -> None:
    assert crc32c(content) == checksum


@pytest.mark.parametrize("length", [1023, 1024, 1025, 4096, 70_001])
def test_long_checksums_are_those_of_byte_by_byte(length: int) -> None:
    content = np.random.default_rng(length).integers(0, 256, length, np.uint8).tobytes()
    remainder = 0xFFFFFFFF
    for byte in content:
        remainder ^= byte
        for _ in range(8):
            remainder = (remainder >> 1) ^ (0x82F63B78 if remainder & 1 else 0)
    assert crc32c(content) == remainder ^ 0xFFFFFFFF


def test_a_prepared_set(folder: Path) -> None:
    for path in (folder, folder.parent):
        data = load_data(path)
        assert data.class_names == NAMES
        assert np.array_equal(np.round(data.x_train[:] * 255), PIXELS[:18])
        assert np.array_equal(np.round(data.x_test[:] * 255), PIXELS[18:])
        assert data.y_train.tolist() == [0, 1, 2] * 6
    assert load_data(folder, (8, 8, 1)).sample_shape == (8, 8, 1)


def test_larger_than_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load_data(folder)
    monkeypatch.setenv(BUDGET_VARIABLE, "0")
    streamed = load_data(folder)
    assert not isinstance(streamed.x_train, np.ndarray)
    places = np.random.default_rng(0).permutation(18)
    assert np.array_equal(streamed.x_train[places], whole.x_train[places])


def test_the_newest_version_and_all_shards(folder: Path) -> None:
    old = {"train": _samples(PIXELS[:3])}
    files.write_prepared(folder.with_name("2.10.0"), old, NAMES)
    assert len(load_data(folder.parent).y_train) == 18
    splits = {"train": _samples(PIXELS[:20])}
    newest = files.write_prepared(folder.with_name("3.0.10"), splits, NAMES, shards=3)
    data = load_data(folder.parent)  # no test split: one in five
    assert (len(data.y_train), len(data.y_test)) == (16, 4)
    next(newest.glob("*-00001-of-*")).unlink()
    with pytest.raises(ThimbleError, match="2 of the 3 files of the split train"):
        load_data(folder.parent)


@pytest.mark.parametrize("packed", [True, False])
def test_whole_numbers_in_both_encodings(tmp_path: Path, packed: bool) -> None:
    values = (0, 1, 300, 2**40, -1)
    content = b"".join(files.record(files.example({"label": value}, packed)) for value in values)
    (tmp_path / "r").write_bytes(content)
    assert [example.numbers["label"] for _, example in read_examples(tmp_path / "r")] == [[v] for v in values]


@pytest.mark.parametrize("place", [0, 9, 40, -1])
def test_one_wrong_byte_is_found(folder: Path, place: int) -> None:
    path = next(folder.glob("set-train*"))
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(ThimbleError, match=f"record {17 if place < 0 else 0} of .* cannot be read") as caught:
        load_data(folder)
    assert caught.value.code == "bad-data"
    assert "checksum" in caught.value.what


@pytest.mark.parametrize("cut", [1, 4, 12, 100])
def test_a_file_that_is_cut_off(folder: Path, cut: int) -> None:
    path = next(folder.glob("set-test*"))
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(ThimbleError, match="record 5 of"):
        load_data(folder)


def test_what_is_in_a_record_but_is_not_what_it_should_be(tmp_path: Path) -> None:
    for place, (features, word) in enumerate(
        (
            ({"image": b"no picture", "label": 0}, "record 0 of .* these 2 are not pictures"),
            ({"image": b"x"}, "no feature 'image' or 'label'"),
            ({"label": 0}, "no feature 'image' or 'label'"),
        )
    ):
        folder = files.write_prepared(
            tmp_path / f"{place}", {"train": [features] * 2, "test": [features]}, NAMES
        )
        with pytest.raises(ThimbleError, match=word):
            load_data(folder, (8, 8, 3))


@pytest.mark.parametrize("content", [b"\x0a\xff", b"\x0b", b"\x0a\x80", b"\x0a\x05\x0a\x03\x0a\x09x"])
def test_messages_that_are_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "r").write_bytes(files.record(content))
    with pytest.raises(ThimbleError, match="record 0 of"):
        list(read_examples(tmp_path / "r"))


def test_folders_that_cannot_be_used(folder: Path, tmp_path: Path) -> None:
    (folder / "features.json").write_text("{")
    with pytest.raises(ThimbleError, match=r"features\.json cannot be read"):
        load_data(folder)
    (folder / "features.json").write_text(
        '{"featuresDict": {"features": {"text": {"pythonClassName": "Text"}}}}'
    )
    with pytest.raises(ThimbleError, match="one picture and its class"):
        load_data(folder)
    (folder / "features.json").unlink()  # then the usual names
    assert len(load_data(folder).y_train) == 18
    only_test = files.write_prepared(tmp_path / "t", {"test": _samples(PIXELS[:3])}, NAMES)
    with pytest.raises(ThimbleError, match="the splits test, not train"):
        load_data(only_test)


@pytest.mark.parametrize(
    ("name", "inside"), [("mnist", "mnist/3.0.1"), ("fashion-mnist", "fashion_mnist/3.0.1")]
)
def test_known_grey_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, inside: str) -> None:
    monkeypatch.setenv("THIMBLE_DATA", str(tmp_path))
    samples = [{"image": files.png(PIXELS[n % 24][..., :1]), "label": n % 10} for n in range(20)]
    names = [f"class {n}" for n in range(10)]
    files.write_prepared(tmp_path / inside, {"train": samples, "test": samples[:10]}, names)
    assert load_data(name).sample_shape == (28, 28, 1)
    assert load_data(name, (784,)).sample_shape == (784,)
    assert load_data(name, (28, 28)).x_train.shape == (20, 28, 28)
    assert load_data(name, (14, 14, 1)).sample_shape == (28, 28, 1)  # a set of one size is not resized


def test_a_known_set_of_photographs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIMBLE_DATA", str(tmp_path))
    order = ("dandelion", "daisy", "tulips", "sunflowers", "roses")  # not the alphabet's
    samples = [{"image": files.png(PIXELS[n % 24], "JPEG"), "label": n % 5} for n in range(25)]
    files.write_prepared(tmp_path / "tf_flowers" / "3.0.1", {"train": samples}, order)
    data = load_data("flowers", (16, 16, 3))
    assert data.class_names == order
    assert data.name == "flowers"
    assert (len(data.y_train), len(data.y_test)) == (20, 5)
