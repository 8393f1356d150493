"""Tiny folders as TensorFlow Datasets prepares them; the messages are written here byte by byte."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from core.data.tfds.crc32c import crc32c, masked


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def example(features: Mapping[str, Any], packed: bool = True) -> bytes:
    """An Example of byte strings, whole numbers and floats."""
    entries = b""
    for name, value in features.items():
        if isinstance(value, bytes):
            feature = _field(1, _field(1, value))
        elif isinstance(value, float):
            feature = _field(2, _field(1, struct.pack("<f", value)))
        elif packed:
            feature = _field(3, _field(1, _varint(value)))
        else:
            feature = _field(3, _varint(1 << 3) + _varint(value))
        entries += _field(1, _field(1, name.encode()) + _field(2, feature))
    return _field(1, entries)


def record(content: bytes) -> bytes:
    length = struct.pack("<Q", len(content))
    return b"".join(
        (
            length,
            struct.pack("<I", masked(crc32c(length))),
            content,
            struct.pack("<I", masked(crc32c(content))),
        )
    )


def png(pixels: Any, kind: str = "PNG") -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(content, kind)
    return content.getvalue()


def write_prepared(
    folder: Path, splits: Mapping[str, Sequence[Mapping[str, Any]]], names: Sequence[str], shards: int = 1
) -> Path:
    """A prepared folder: each split is a list of features of its records."""
    folder.mkdir(parents=True)
    for split, samples in splits.items():
        for shard in range(shards):
            content = b"".join(record(example(features)) for features in samples[shard::shards])
            (folder / f"set-{split}.tfrecord-{shard:05d}-of-{shards:05d}").write_bytes(content)
    base = "tensorflow_datasets.core.features"
    features = {
        "id": {"pythonClassName": f"{base}.text_feature.Text"},
        "image": {"pythonClassName": f"{base}.image_feature.Image", "image": {"dtype": "uint8"}},
        "label": {
            "pythonClassName": f"{base}.class_label_feature.ClassLabel",
            "classLabel": {"numClasses": str(len(names))},
        },
    }
    described = {
        "pythonClassName": f"{base}.features_dict.FeaturesDict",
        "featuresDict": {"features": features},
    }
    (folder / "features.json").write_text(json.dumps(described))
    (folder / "label.labels.txt").write_text("\n".join(names) + "\n")
    return folder
