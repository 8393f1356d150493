"""Tiny data folders in the formats of the known sets, and the pixels that are in them."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.io import savemat

Array = npt.NDArray[Any]


def pixels(count: int, shape: tuple[int, ...], seed: int) -> Array:
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), np.uint8)


def labels(count: int, classes: int) -> Array:
    """Every class, in an order that is not that of the numbers."""
    return (np.arange(count) * 7 + 3) % classes


def idx(array: Array) -> bytes:
    header = bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(np.uint8).tobytes()


def write_idx(folder: Path, train: Array, y_train: Array, test: Array, y_test: Array, packed: bool) -> None:
    folder.mkdir(parents=True)
    for name, array in (
        ("train-images-idx3-ubyte", train),
        ("train-labels-idx1-ubyte", y_train),
        ("t10k-images-idx3-ubyte", test),
        ("t10k-labels-idx1-ubyte", y_test),
    ):
        content = idx(array)
        path = folder / (f"{name}.gz" if packed else name)
        path.write_bytes(gzip.compress(content) if packed else content)


def _text(text: bytes) -> bytes:
    """A string as Python 2 writes it."""
    return (
        b"U" + bytes((len(text),)) + text if len(text) < 256 else b"T" + struct.pack("<i", len(text)) + text
    )


def python2_batch(images: Array, classes: Array, key: str) -> bytes:
    """A batch of CIFAR with the same opcodes, protocol and names as the published ones.

    `images` is [count, 32, 32, 3].
    """
    rows = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
    shape = b"M" + struct.pack("<H", rows.shape[0]) + b"M" + struct.pack("<H", rows.shape[1]) + b"\x86"
    dtype = (
        b"cnumpy\ndtype\n" + _text(b"u1") + b"K\x00K\x01\x87R"
        b"(K\x03" + _text(b"|") + b"NNN" + b"J\xff\xff\xff\xff" * 2 + b"K\x00tb"
    )
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + _text(b"b") + b"\x87R"
        b"(K\x01" + shape + dtype + b"\x89" + _text(rows.tobytes()) + b"tb"
    )
    numbers = b"](" + b"".join(b"K" + bytes((int(n),)) for n in classes) + b"e"
    items = (
        _text(b"batch_label")
        + _text(b"training batch")
        + _text(key.encode())
        + numbers
        + _text(b"data")
        + array
    )
    return b"\x80\x02}(" + items + b"u."


def python3_batch(images: Array, classes: Array, key: str, protocol: int) -> bytes:
    rows = np.ascontiguousarray(images.transpose(0, 3, 1, 2)).reshape(len(images), -1)
    return pickle.dumps({"data": rows, key: [int(n) for n in classes]}, protocol)


def binary(images: Array, classes: Array, coarse: bool) -> bytes:
    rows = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
    columns = [np.full(len(images), 99), classes] if coarse else [classes]
    return np.column_stack([*columns, rows]).astype(np.uint8).tobytes()


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def write_tar(path: Path, folder: str, files: Mapping[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def write_svhn(folder: Path, train: Array, y_train: Array, test: Array, y_test: Array) -> None:
    """The labels are digits; in the file the digit 0 is the class 10."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, images, digits in (("train", train, y_train), ("test", test, y_test)):
        classes = np.where(digits == 0, 10, digits).astype(np.uint8)[:, None]
        savemat(
            folder / f"{name}_32x32.mat",
            {"X": images.transpose(1, 2, 3, 0), "y": classes},
            do_compression=True,
        )


def write_pictures(root: Path, classes: tuple[str, ...], count: int) -> None:
    for shade, name in enumerate(classes):
        (root / name).mkdir(parents=True)
        for n in range(count):
            Image.new("RGB", (9, 7), (40 * shade, n, 0)).save(root / name / f"{n}.png")
