"""Folders of pictures of every kind: grey, 16 bits, see-through, turned, hidden, linked, broken."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.data import load_data
from core.data.pictures import BrokenPictureError, PictureShape, decode
from core.errors import CancelledByUser, ThimbleError
from core.recipe import DataOptions

GREY, COLOUR = PictureShape(4, 6, 1), PictureShape(4, 6, 3)


def _stored(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    content = io.BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()


def _folder(root: Path, counts: dict[str, int]) -> Path:
    for shade, (name, count) in enumerate(counts.items()):
        (root / name).mkdir(parents=True)
        for n in range(count):
            Image.new("L", (6, 4), 40 * shade + n).save(root / name / f"{n}.png")
    return root


@pytest.mark.parametrize(
    ("mode", "colour", "grey", "red"),
    [
        ("L", 200, 200, 200),
        ("1", 1, 255, 255),
        ("LA", (200, 255), 200, 200),
        ("RGB", (255, 0, 0), 76, 255),
        ("RGBA", (0, 0, 0, 0), 255, 255),  # transparent is white
        ("RGBA", (0, 0, 0, 255), 0, 0),
        ("LA", (0, 0), 255, 255),
        ("I;16", 0x8012, 0x80, 0x80),
        ("I", 0x4012, 0x40, 0x40),
    ],
)
def test_modes(mode: str, colour: Any, grey: int, red: int) -> None:
    content = _stored(Image.new(mode, (6, 4), colour), "TIFF" if mode == "I" else "PNG")
    assert np.all(decode(content, GREY) == grey)
    assert np.all(decode(content, COLOUR)[..., 0] == red)


def test_a_palette_with_a_transparent_colour_and_a_picture_for_print() -> None:
    picture = Image.new("P", (6, 4), 1)
    picture.putpalette([0, 0, 0, 10, 20, 30])
    assert decode(_stored(picture), COLOUR)[0, 0].tolist() == [10, 20, 30]
    assert decode(_stored(picture, transparency=1), COLOUR)[0, 0].tolist() == [255, 255, 255]
    printed = Image.new("CMYK", (6, 4), (0, 0, 0, 255))
    assert decode(_stored(printed, "JPEG"), COLOUR).max() < 5


def test_turned_as_the_camera_says() -> None:
    pixels = np.zeros((4, 6), np.uint8)
    pixels[:, :3] = 255
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    content = _stored(Image.fromarray(pixels), "PNG", exif=exif)
    assert np.array_equal(decode(content, GREY)[..., 0], pixels[::-1, ::-1])


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n", b"GIF89a\x01\x00"])
def test_no_pictures(content: bytes) -> None:
    with pytest.raises(BrokenPictureError):
        decode(content, GREY)


def test_cut_off_and_far_too_large_ones() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    with pytest.raises(BrokenPictureError):
        decode(_stored(Image.fromarray(noise), "JPEG")[:-700], COLOUR)
    with pytest.raises(BrokenPictureError):  # 900 million pixels in a few kilobytes
        decode(_stored(Image.new("1", (30_000, 30_000))), GREY)


def test_all_broken_pictures_are_named_at_once(tmp_path: Path) -> None:
    _folder(tmp_path, {"a": 4, "b": 4})
    (tmp_path / "a" / "x.png").write_bytes(b"nothing")
    (tmp_path / "b" / "y.jpg").write_bytes(b"")
    with pytest.raises(ThimbleError, match=r"x\.png.*y\.jpg.*these 2") as caught:
        load_data(tmp_path)
    assert caught.value.code == "bad-data"
    for n in range(9):
        (tmp_path / "a" / f"z{n}.png").write_bytes(b"nothing")
    with pytest.raises(ThimbleError, match=r"… *: these 11"):
        load_data(tmp_path)


def test_what_is_hidden_is_passed_over(tmp_path: Path) -> None:
    _folder(tmp_path, {"a": 5, "b": 5, ".thumbnails": 3, "__MACOSX": 3})
    (tmp_path / "a" / "._0.png").write_bytes(b"of a Mac")
    (tmp_path / "a" / ".DS_Store").write_bytes(b"x")
    (tmp_path / "b" / "Thumbs.db").write_bytes(b"x")
    _folder(tmp_path / "b" / ".cache", {"c": 3})
    data = load_data(tmp_path)
    assert data.class_names == ("a", "b")
    assert len(data.y_train) + len(data.y_test) == 10


def test_folders_inside_classes_count_and_links_make_no_loops(tmp_path: Path) -> None:
    _folder(tmp_path / "set", {"a": 5, "b": 5})
    _folder(tmp_path / "set" / "a", {"more": 3})
    (tmp_path / "set" / "a" / "loop").symlink_to(tmp_path / "set" / "a", target_is_directory=True)
    (tmp_path / "set" / "b" / "itself").symlink_to("itself")
    data = load_data(tmp_path / "set")
    assert len(data.y_train) + len(data.y_test) == 13
    (tmp_path / "set" / "c").symlink_to(tmp_path / "set", target_is_directory=True)
    with pytest.raises(ThimbleError, match="is a link to a folder that it lies in"):
        load_data(tmp_path / "set")


def test_a_link_that_leads_nowhere_is_a_broken_picture(tmp_path: Path) -> None:
    _folder(tmp_path, {"a": 5, "b": 5})
    (tmp_path / "a" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    with pytest.raises(ThimbleError, match=r"gone\.png"):
        load_data(tmp_path)


@pytest.mark.parametrize("count", [0, 1])
def test_classes_with_too_few_pictures(tmp_path: Path, count: int) -> None:
    _folder(tmp_path, {"a": 5, "b": count})
    with pytest.raises(ThimbleError, match=f"class b in .* has {count} pictures") as caught:
        load_data(tmp_path)
    assert "two pictures" in caught.value.hint


@pytest.mark.parametrize(("train", "test"), [("train", "test"), ("Training", "Validation"), ("train", "val")])
def test_a_split_that_is_there_already(tmp_path: Path, train: str, test: str) -> None:
    _folder(tmp_path / train, {"a": 4, "b": 3})
    _folder(tmp_path / test, {"a": 1, "b": 2})
    data = load_data(tmp_path, (4, 6, 1))
    assert data.class_names == ("a", "b")
    assert np.bincount(data.y_train).tolist() == [4, 3]
    assert np.bincount(data.y_test).tolist() == [1, 2]
    assert data.x_test[:].shape == (3, 4, 6, 1)
    _folder(tmp_path / test / "..", {f"{test}/c": 2})
    with pytest.raises(ThimbleError, match="class c is in one of"):
        load_data(tmp_path)


def test_fraction_and_seed_of_the_split(tmp_path: Path) -> None:
    _folder(tmp_path, {"a": 20, "b": 40})
    half = load_data(tmp_path, options=DataOptions(test_fraction=0.5))
    assert np.bincount(half.y_test).tolist() == [10, 20]  # each class in its proportion
    usual, again, other = (load_data(tmp_path, options=DataOptions(seed=s)).x_test[:] for s in (0, 0, 1))
    assert np.array_equal(usual, again)
    assert not np.array_equal(usual, other)
    tiny = load_data(tmp_path, options=DataOptions(test_fraction=0.01))
    assert set(tiny.y_test.tolist()) == {0, 1}  # every class is tested


def test_reading_is_told_and_can_be_stopped(tmp_path: Path) -> None:
    _folder(tmp_path, {"a": 5, "b": 5})
    told: list[tuple[int, int]] = []
    load_data(tmp_path, watch=lambda done, total: told.append((done, total)))
    assert (10, 10) in told

    def stop(done: int, total: int) -> None:
        raise CancelledByUser

    with pytest.raises(CancelledByUser):
        load_data(tmp_path, watch=stop)
