"""The known sets: each format gives the pixels that were written, and each defect one clear error."""

from __future__ import annotations

import contextlib
import pickle
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.cli.options import DATA_HELP
from core.data import DataSet, load_data
from core.data.known.plain_pickle import PickleError, read_plain_pickle
from core.data.known.sets import FLOWERS, KNOWN_SETS
from core.data.known.source import known_set, sets_at_hand
from core.errors import ThimbleError
from tests.unit.data import known_files as files

GREY, COLOUR = (28, 28), (32, 32, 3)
X_GREY, X_GREY_TEST = files.pixels(20, GREY, 1), files.pixels(10, GREY, 2)
X, X_TEST = files.pixels(50, COLOUR, 3), files.pixels(10, COLOUR, 4)
X100, X100_TEST = files.pixels(200, COLOUR, 5), files.pixels(100, COLOUR, 6)
Y_GREY, Y, Y_TEST = files.labels(20, 10), files.labels(50, 10), files.labels(10, 10)
Y100, Y100_TEST = files.labels(200, 100), files.labels(100, 100)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("THIMBLE_DATA", str(tmp_path))
    return tmp_path


def _assert_holds(data: DataSet, train: Any, y_train: Any, test: Any, y_test: Any) -> None:
    assert data.x_train.dtype == data.x_test.dtype == np.float32
    assert np.array_equal(np.round(data.x_train * 255), train)
    assert np.array_equal(np.round(data.x_test * 255), test)
    assert data.x_train.max() <= 1.0
    assert np.array_equal(data.y_train, y_train)
    assert np.array_equal(data.y_test, y_test)
    assert "0…1" in data.input_range


def _assert_bad(name: str, code: str, *words: str) -> None:
    with pytest.raises(ThimbleError) as caught:
        load_data(name)
    assert caught.value.code == code
    assert caught.value.hint
    for word in words:
        assert word in caught.value.what + caught.value.hint


def _write_mnist_npz(root: Path, **changed: Any) -> None:
    arrays = {"x_train": X_GREY, "y_train": Y_GREY, "x_test": X_GREY_TEST, "y_test": Y_TEST}
    np.savez(root / "mnist.npz", **{**arrays, **changed})


def _cifar10(form: str) -> dict[str, bytes]:
    """The files of CIFAR-10 in one of its forms."""
    parts = {f"data_batch_{n + 1}": (X[10 * n : 10 * n + 10], Y[10 * n : 10 * n + 10]) for n in range(5)}
    parts["test_batch"] = (X_TEST, Y_TEST)
    if form == "bin":
        return {f"{name}.bin": files.binary(x, y, coarse=False) for name, (x, y) in parts.items()}
    if form == "python2":
        return {name: files.python2_batch(x, y, "labels") for name, (x, y) in parts.items()}
    return {name: files.python3_batch(x, y, "labels", int(form)) for name, (x, y) in parts.items()}


def _cifar100(form: str) -> dict[str, bytes]:
    if form == "bin":
        return {
            "train.bin": files.binary(X100, Y100, coarse=True),
            "test.bin": files.binary(X100_TEST, Y100_TEST, coarse=True),
        }
    return {
        "train": files.python2_batch(X100, Y100, "fine_labels"),
        "test": files.python2_batch(X100_TEST, Y100_TEST, "fine_labels"),
    }


def test_mnist_as_keras_keeps_it(root: Path) -> None:
    _write_mnist_npz(root)
    data = load_data("mnist")
    _assert_holds(data, X_GREY[..., None], Y_GREY, X_GREY_TEST[..., None], Y_TEST)
    assert data.name == "mnist"
    assert data.class_names == tuple("0123456789")


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("mnist", "mnist"),
        ("mnist", "MNIST/raw"),
        ("fashion-mnist", "fashion-mnist"),
        ("Fashion_MNIST", "fashion-mnist"),
    ],
)
def test_idx_files(root: Path, name: str, folder: str, packed: bool) -> None:
    files.write_idx(root / folder, X_GREY, Y_GREY, X_GREY_TEST, Y_TEST, packed)
    _assert_holds(load_data(name), X_GREY[..., None], Y_GREY, X_GREY_TEST[..., None], Y_TEST)


def test_idx_files_with_a_dot_in_their_names(root: Path) -> None:
    files.write_idx(root / "mnist", X_GREY, Y_GREY, X_GREY_TEST, Y_TEST, packed=False)
    for path in (root / "mnist").iterdir():
        path.rename(path.with_name(path.name.replace("-idx", ".idx")))
    assert len(load_data("mnist").x_train) == 20


@pytest.mark.parametrize("shape", [(28, 28), (784,)])
def test_grey_images_for_models_that_want_no_channel(root: Path, shape: tuple[int, ...]) -> None:
    _write_mnist_npz(root)
    data = load_data("mnist", shape)
    assert data.sample_shape == shape
    assert np.array_equal(np.round(data.x_train * 255), X_GREY.reshape(20, *shape))


@pytest.mark.parametrize("form", ["python2", "2", "3", "4"])
def test_cifar10_pickles(root: Path, form: str) -> None:
    files.write_files(root / "cifar-10-batches-py", _cifar10(form))
    data = load_data("cifar10")
    _assert_holds(data, X, Y, X_TEST, Y_TEST)
    assert data.class_names[3] == "cat"


@pytest.mark.parametrize("folder", ["cifar-10-batches-py-target/cifar-10-batches-py", "cifar10"])
def test_cifar10_where_keras_and_people_put_it(root: Path, folder: str) -> None:
    files.write_files(root / folder, _cifar10("python2"))
    assert len(load_data("CIFAR-10").x_train) == 50


@pytest.mark.parametrize("folder", ["cifar-10-batches-bin", "cifar10"])
def test_cifar10_binary(root: Path, folder: str) -> None:
    files.write_files(root / folder, _cifar10("bin"))
    _assert_holds(load_data("cifar10"), X, Y, X_TEST, Y_TEST)


@pytest.mark.parametrize("form", ["python2", "bin"])
def test_cifar10_archives(root: Path, form: str) -> None:
    name = "cifar-10-binary.tar.gz" if form == "bin" else "cifar-10-python.tar.gz"
    files.write_tar(root / name, "../../outside", _cifar10(form))
    _assert_holds(load_data("cifar10"), X, Y, X_TEST, Y_TEST)
    assert [path.name for path in root.iterdir()] == [name]
    assert not (root.parent.parent / "outside").exists()


@pytest.mark.parametrize(("form", "folder"), [("python2", "cifar-100-python"), ("bin", "cifar-100-binary")])
def test_cifar100_has_the_fine_classes(root: Path, form: str, folder: str) -> None:
    files.write_files(root / folder, _cifar100(form))
    data = load_data("cifar100")
    _assert_holds(data, X100, Y100, X100_TEST, Y100_TEST)
    assert data.classes == 100
    assert (data.class_names[0], data.class_names[99]) == ("apple", "worm")
    assert list(data.class_names) == sorted(data.class_names)


def test_svhn_has_zero_as_the_class_zero(root: Path) -> None:
    files.write_svhn(root / "svhn", X, Y, X_TEST, Y_TEST)
    _assert_holds(load_data("svhn_cropped"), X, Y, X_TEST, Y_TEST)


@pytest.mark.parametrize(
    ("name", "folder", "classes"),
    [
        ("horses-or-humans", "horses-or-humans", ("horses", "humans")),
        ("cats_vs_dogs", "PetImages", ("Cat", "Dog")),
        ("tf_flowers", "flower_photos", ("daisy", "dandelion", "roses", "sunflowers", "tulips")),
    ],
)
def test_sets_of_pictures(root: Path, name: str, folder: str, classes: tuple[str, ...]) -> None:
    files.write_pictures(root / folder, classes, 10)
    data = load_data(name, (8, 8, 3))
    assert data.class_names == tuple(c.lower() for c in classes)
    assert data.x_train.shape == (8 * len(classes), 8, 8, 3)
    assert np.allclose(data.x_test[..., 0], data.y_test[:, None, None] * 40 / 255)


def test_parts_of_a_set_of_pictures_are_not_taken_for_classes(root: Path) -> None:
    files.write_pictures(root / "horses-or-humans", ("train", "validation"), 3)
    _assert_bad("horses-or-humans", "bad-data", "train, validation", "horses, humans")


@pytest.mark.parametrize("known", KNOWN_SETS, ids=lambda known: known.id)
def test_a_set_that_is_missing_says_which_files_to_put_where(root: Path, known: Any) -> None:
    first = next(place.path for place in known.places if place.is_told)
    _assert_bad(known.id, "missing-file", str(root), first, known.source, "THIMBLE_DATA")
    assert not known.is_in(root)
    assert known.id in DATA_HELP


def test_a_set_with_some_of_its_files_can_still_be_downloaded(root: Path) -> None:
    files.write_svhn(root / "svhn", X, Y, X_TEST, Y_TEST)
    files.write_idx(root / "fashion-mnist", X_GREY, Y_GREY, X_GREY_TEST, Y_TEST, packed=False)
    assert {known.id for known in sets_at_hand()} == {"svhn", "fashion-mnist"}  # unpacked ones are whole too
    (root / "svhn" / "test_32x32.mat").unlink()
    (root / "fashion-mnist" / "t10k-labels-idx1-ubyte").unlink()
    (root / "flowers").mkdir()
    assert sets_at_hand() == ()
    files.write_pictures(root / "flower_photos", FLOWERS.class_names, 2)
    assert sets_at_hand() == (FLOWERS,)  # the empty folder is not in its way
    assert FLOWERS.place_in(root) == root / "flower_photos"


def test_names_are_those_of_one_set_each() -> None:
    names = [name for known in KNOWN_SETS for name in (known.id, *known.aliases)]
    assert len(set(names)) == len(names)
    assert all(known_set(name.upper().replace("-", "_")) is not None for name in names)
    assert all(len(set(known.class_names)) == len(known.class_names) for known in KNOWN_SETS)


def test_an_unknown_name_lists_the_known_ones() -> None:
    _assert_bad("imagenet", "missing-file", "imagenet", *(known.id for known in KNOWN_SETS), "digits")


def test_a_data_folder_that_is_not_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIMBLE_DATA", str(tmp_path / "gone"))
    _assert_bad("mnist", "missing-file", "THIMBLE_DATA", str(tmp_path / "gone"))


def test_the_data_folder_is_the_users_own_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THIMBLE_DATA", raising=False)
    monkeypatch.setattr("core.paths.data_dir", lambda: tmp_path)
    (tmp_path / "datasets").mkdir()
    _write_mnist_npz(tmp_path / "datasets")
    assert len(load_data("mnist").x_train) == 20


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"y_train": Y_GREY[:-1]}, "20 training images but 19 labels"),
        ({"y_test": np.full(10, 10)}, "test labels from 10 to 10, not 0 to 9"),
        ({"y_train": np.full(20, -1)}, "labels from -1"),
        ({"y_train": np.where(Y_GREY == 4, 5, Y_GREY)}, "no training images of the class 4"),
        ({"y_test": Y_TEST.astype(np.float64)}, "whole numbers"),
        ({"y_train": np.eye(10, dtype=np.uint8)[Y_GREY]}, "row of whole numbers"),
        ({"x_train": X_GREY[:, :27]}, "(27, 28, 1) uint8"),
        ({"x_train": X_GREY.astype(np.float32) * np.nan}, "float32"),
        ({"x_test": X_GREY_TEST[:0], "y_test": Y_TEST[:0]}, "no test images"),
        ({"x_train": np.array([{}], object)}, "not a NumPy archive"),
    ],
)
def test_a_set_that_does_not_hold_what_it_should(root: Path, changed: dict[str, Any], word: str) -> None:
    _write_mnist_npz(root, **changed)
    _assert_bad("mnist", "bad-data", "mnist.npz", word)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "not an IDX file"),
        (b"\x00\x00\x08\x03\x00", "not an IDX file"),
        (files.idx(Y_GREY), "not an IDX file"),
        (b"\x00\x00\x0d" + files.idx(X_GREY)[3:], "not an IDX file"),
        (files.idx(X_GREY)[:-1], "its header promises 15680"),
    ],
)
def test_idx_files_that_are_broken(root: Path, content: bytes, word: str) -> None:
    files.write_idx(root / "mnist", X_GREY, Y_GREY, X_GREY_TEST, Y_TEST, packed=False)
    (root / "mnist" / "train-images-idx3-ubyte").write_bytes(content)
    _assert_bad("mnist", "bad-data", "train-images-idx3-ubyte", word)


def test_idx_files_that_are_cut_off_or_missing(root: Path) -> None:
    files.write_idx(root / "mnist", X_GREY, Y_GREY, X_GREY_TEST, Y_TEST, packed=True)
    path = root / "mnist" / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-20])
    _assert_bad("mnist", "bad-data", "t10k-images-idx3-ubyte.gz", "cannot be read")
    path.unlink()
    _assert_bad("mnist", "missing-file", "t10k-images-idx3-ubyte")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "broken"),
        (b"\x80\x02}", "broken"),
        (_cifar10("python2")["test_batch"][:-9], "cannot be read"),
        (pickle.dumps([1, 2]), "lacks 'data'"),
        (pickle.dumps({b"data": [1], b"labels": [1]}), "lacks 'data'"),
        (files.python3_batch(X_TEST, Y_TEST[:-1], "labels", 3), "9 labels"),
        (files.python3_batch(X_TEST, Y_TEST + 1, "labels", 3), "labels from 1 to 10"),
        (files.python3_batch(X_TEST, Y_TEST - 1, "labels", 3), "lacks 'data'"),
        (files.python3_batch(X_TEST[:, :31], Y_TEST, "labels", 3), "(10, 2976)"),
    ],
)
def test_pickles_that_are_broken(root: Path, content: bytes, word: str) -> None:
    files.write_files(root / "cifar10", {**_cifar10("python2"), "test_batch": content})
    _assert_bad("cifar10", "bad-data", word)


@pytest.mark.parametrize("name", ["data_batch_3", "test_batch"])
def test_cifar_with_a_missing_batch(root: Path, name: str) -> None:
    batches = _cifar10("python2")
    del batches[name]
    files.write_files(root / "cifar10", batches)
    _assert_bad("cifar10", "missing-file", name)


def test_binary_files_and_archives_that_are_cut_off(root: Path) -> None:
    batches = _cifar10("bin")
    files.write_files(root / "cifar10", {**batches, "test_batch.bin": batches["test_batch.bin"][:-1]})
    _assert_bad("cifar10", "bad-data", "test_batch.bin", "records of 3073")
    archive = root / "cifar-10-binary.tar.gz"
    files.write_tar(archive, "cifar-10-batches-bin", batches)
    archive.write_bytes(archive.read_bytes()[:-2000])
    _assert_bad("cifar10", "bad-data", "cifar-10-binary.tar.gz", "cannot be read")


@pytest.mark.parametrize(
    "content", [b"", b"this is text", b"MATLAB 5.0 MAT-file" + bytes(200), b"\x89HDF\r\n\x1a\n" + bytes(600)]
)
def test_matlab_files_that_are_broken(root: Path, content: bytes) -> None:
    files.write_svhn(root / "svhn", X, Y, X_TEST, Y_TEST)
    (root / "svhn" / "train_32x32.mat").write_bytes(content)
    _assert_bad("svhn", "bad-data", "train_32x32.mat")


@pytest.mark.parametrize("cut", [130, 140, 200, 1000, 20_000, -1])
def test_matlab_files_that_are_cut_off(root: Path, cut: int) -> None:
    files.write_svhn(root / "svhn", X, Y, X_TEST, Y_TEST)
    path = root / "svhn" / "test_32x32.mat"
    path.write_bytes(path.read_bytes()[:cut])
    _assert_bad("svhn", "bad-data", "test_32x32.mat")


def test_matlab_labels_out_of_range_or_missing_files(root: Path) -> None:
    files.write_svhn(root / "svhn", X, Y, X_TEST, np.where(Y_TEST == 3, 11, Y_TEST))
    _assert_bad("svhn", "bad-data", "labels from 1 to 11")
    (root / "svhn" / "test_32x32.mat").unlink()
    _assert_bad("svhn", "missing-file", "test_32x32.mat")


class _Runs:
    """Unpickled, it would create a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_a_pickle_runs_nothing(tmp_path: Path, protocol: int) -> None:
    mark = tmp_path / "mark"
    content = pickle.dumps({"data": _Runs(mark)}, protocol)
    with pytest.raises(PickleError, match="not plain data"):
        read_plain_pickle(content)
    assert not mark.exists()
    pickle.loads(content)
    assert mark.exists()  # so the test can fail


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"\x80\x04\x8c\x08builtins\x8c\x04exec\x93.",
        b"cnumpy\nload\n.",
        b"cnumpy\nndarray.__init__\n.",
        pickle.dumps(np.array([{}], object)),
        pickle.dumps(np.array(["text"])),
        pickle.dumps(np.zeros(2, [("a", "u1")])),
    ],
)
def test_pickles_that_are_not_plain(content: bytes) -> None:
    with pytest.raises(PickleError):
        read_plain_pickle(content)


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x02K\x01r\xff\xff\xff\x0f.",  # remembers a number under 268,435,455
        b"\x80\x05\x96" + (4_000_000_000).to_bytes(8, "little") + b".",  # a bytearray of 4 GB
        b"\x80\x04\x8e" + (4_000_000_000).to_bytes(8, "little") + b".",  # bytes, 4 GB
    ],
)
def test_a_few_bytes_do_not_take_the_memory(content: bytes) -> None:
    tracemalloc.start()
    try:
        with contextlib.suppress(PickleError):
            read_plain_pickle(content)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("order", ["C", "F"])
def test_plain_pickles_come_as_they_were(protocol: int, order: Any) -> None:
    array = np.asarray(np.arange(12, dtype=">i4").reshape(3, 4), order=order)
    value = {"array": array, "list": [1, 2.5, None, True], "bytes": b"\x00\xff", "text": "ä"}
    read = read_plain_pickle(pickle.dumps(value, protocol))
    assert np.array_equal(read.pop("array"), array)
    assert read == {name: item for name, item in value.items() if name != "array"}


def test_sets_at_hand_are_those_in_the_data_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sets_at_hand() == ()
    _write_mnist_npz(root)
    files.write_files(root / "cifar-100-binary", _cifar100("bin"))
    assert [known.id for known in sets_at_hand()] == ["mnist", "cifar100"]
    monkeypatch.setenv("THIMBLE_DATA", str(root / "mnist.npz"))
    assert sets_at_hand() == ()
