"""Files and folders of every format, looked at without TensorFlow: what is opened, what is refused."""

import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from core.errors import EXPECTED_ERRORS, ThimbleError
from core.models.formats import ENDINGS, FORMATS, can_open, find_format
from core.models.keras_graph import read_keras_graph
from core.models.loading import check_model_file
from tests.unit.codegen.onnx_models import OnnxModel
from tests.unit.models.keras_files import (
    SMALL_NET_WEIGHTS,
    layer,
    random_weights,
    sequential,
    small_net,
    write_keras,
    write_small_net,
)


def _write_h5(path: Path, config: object = None) -> Path:
    """The small net as Keras writes it into HDF5."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(small_net() if config is None else config)
        for group, arrays in random_weights(SMALL_NET_WEIGHTS).items():
            for name, array in zip(("kernel", "bias"), arrays, strict=True):
                file[f"model_weights/{group}/{group}/{name}"] = array
    return path


def _write_onnx(path: Path) -> Path:
    net = OnnxModel((1, 1, 8, 8)).conv(3, 1).add("Relu").add("Flatten").gemm(3, 108)
    path.write_bytes(net.proto().SerializeToString())
    return path


WRITERS: dict[str, Callable[[Path], Path]] = {
    ".keras": write_small_net,
    ".h5": _write_h5,
    ".onnx": _write_onnx,
}


@pytest.mark.parametrize("ending", WRITERS)
def test_the_ends_are_known_without_tensorflow(tmp_path: Path, ending: str) -> None:
    path = WRITERS[ending](tmp_path / f"m{ending}")
    assert check_model_file(path).input == (8, 8, 1)
    assert can_open(path)


def test_every_format_has_an_ending_of_its_own_or_is_a_folder() -> None:
    assert len(set(ENDINGS)) == len(ENDINGS)
    assert {".keras", ".h5", ".onnx", ".tflite"} <= set(ENDINGS)
    assert [known.id for known in FORMATS if not known.endings] == ["saved-model"]


def test_a_folder_is_a_saved_model_by_what_lies_in_it(tmp_path: Path) -> None:
    assert not can_open(tmp_path)
    (tmp_path / "saved_model.pb").write_bytes(b"x")
    assert find_format(tmp_path).id == "saved-model"


def test_pickles_are_refused_with_a_way_out(tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    path.write_bytes(b"\x80\x04.")
    for allow_unsafe in (False, True):
        with pytest.raises(ThimbleError) as caught:
            check_model_file(path, allow_unsafe)
        assert caught.value.code == "unsafe-model"
        assert "onnx" in caught.value.hint


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_lambda_layers_have_to_be_allowed(tmp_path: Path, ending: str) -> None:
    model = sequential([layer("Lambda", "trick", function="…")])
    path = tmp_path / f"m{ending}"
    write_keras(path, model, {}) if ending == ".keras" else _write_h5(path, model)
    with pytest.raises(ThimbleError) as caught:
        check_model_file(path)
    assert caught.value.code == "unsafe-model"
    assert "--allow-unsafe" in caught.value.hint
    assert check_model_file(path, allow_unsafe=True).input == (8, 8, 1)


def test_quantized_files_are_not_compressed_again(tmp_path: Path) -> None:
    net = OnnxModel((1, 1, 8, 8)).quantized(0.1, 0).conv(3, 1).quantized(0.1, 0)
    with pytest.raises(ThimbleError) as caught:
        check_model_file(net.write(tmp_path))
    assert caught.value.code == "quantized-model"
    assert "deploy it as it is" in caught.value.hint


@pytest.mark.parametrize(
    ("kind", "word"), [("Sin", "'Sin1'"), ("Sqrt", "'Sqrt1'")], ids=["no layer", "no layer that is read"]
)
def test_operators_without_a_layer_are_named(tmp_path: Path, kind: str, word: str) -> None:
    net = OnnxModel((1, 1, 8, 8)).conv(3, 1).add(kind)
    with pytest.raises(ThimbleError) as caught:
        check_model_file(net.write(tmp_path))
    assert caught.value.code == "not-trainable"
    assert word in caught.value.what


def test_weights_without_a_model(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file["conv2d/kernel"] = np.zeros(3)
    with pytest.raises(ThimbleError, match="weights without a model"):
        check_model_file(tmp_path / "m.h5")


def _refused_as_broken(path: Path, words: str) -> None:
    with pytest.raises(ThimbleError, match=words) as caught:
        check_model_file(path)
    assert caught.value.code == "bad-model"


def _weights_file(path: Path, change: Callable[[h5py.File], None]) -> Path:
    stored = io.BytesIO()
    with h5py.File(stored, "w") as file:
        change(file)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(small_net()))
        archive.writestr("model.weights.h5", stored.getvalue())
    return path


def test_weights_that_would_fill_the_memory(tmp_path: Path) -> None:
    def huge(file: h5py.File) -> None:
        file.create_dataset("layers/dense/vars/0", (1 << 20, 1 << 20), np.float32, chunks=(64, 64))

    _refused_as_broken(_weights_file(tmp_path / "m.keras", huge), "promises")
    with h5py.File(_write_h5(tmp_path / "m.h5"), "a") as file:
        huge(file["model_weights"])
    _refused_as_broken(tmp_path / "m.h5", "promises")


def test_weights_of_other_files_are_not_read(tmp_path: Path) -> None:
    def linked(file: h5py.File) -> None:
        file["layers/dense/vars/0"] = h5py.ExternalLink("/etc/passwd", "/")

    _refused_as_broken(_weights_file(tmp_path / "m.keras", linked), "not in the file itself")


def test_a_zip_that_would_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.models.keras_file.LARGE_BYTES", 1 << 20)
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", json.dumps(small_net()))
        archive.writestr("model.weights.h5", bytes(2 << 20))
    _refused_as_broken(path, "would unpack")


def test_a_description_nested_without_end(tmp_path: Path) -> None:
    _refused_as_broken(write_keras(tmp_path / "m.keras", "[" * 200_000, {}), "config.json")


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_damaged_files_end_in_words(tmp_path: Path, ending: str) -> None:
    """A few hundred files that were cut, or have some bytes changed: opened, or refused in words."""
    whole = WRITERS[ending](tmp_path / f"whole{ending}").read_bytes()
    rng, refused = random.Random(0), 0
    path = tmp_path / f"m{ending}"
    for _ in range(300):
        damaged = bytearray(whole)
        if rng.random() < 0.3:
            del damaged[rng.randrange(len(damaged)) :]
        else:
            for _ in range(rng.randint(1, 30)):
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        path.write_bytes(damaged)
        try:
            check_model_file(path)
            if ending == ".keras":
                read_keras_graph(path)
        except EXPECTED_ERRORS:
            refused += 1
    assert refused > 100


@pytest.mark.parametrize("ending", [".tflite", ".onnx", ".keras", ".h5"])
def test_a_folder_and_an_empty_file_are_told_as_what_they_are(tmp_path: Path, ending: str) -> None:
    folder, empty = tmp_path / f"folder{ending}", tmp_path / f"empty{ending}"
    folder.mkdir()
    empty.touch()
    for path, words in ((folder, "is a folder, not a"), (empty, "is empty")):
        with pytest.raises(ThimbleError, match=words) as caught:
            check_model_file(path)
        assert caught.value.hint
