"""scikit-learn's handwritten digits, enlarged to the shape that a LeNet expects."""

from __future__ import annotations

from functools import cache

import numpy as np
from PIL import Image

from core.data.raw import RawData, RawPart
from core.data.samples import FloatArray
from core.data.scaling import UNIT
from core.data.source import Request
from core.data.split import split_data

SIDE = 28
TEST_SAMPLES = 500
_BRIGHTEST = 16.0


class Digits:
    """`digits`: 1,797 images of 10 classes, 1,297 for training and 500 for testing.

    The 8×8 images (0…16) are scaled to 0…1 and enlarged to 28×28×1 by Pillow's bilinear resampling.
    """

    id = "digits"
    about = "handwritten digits 0 to 9, built in"

    def accepts(self, name_or_path: str) -> bool:
        return name_or_path == self.id

    def read(self, name_or_path: str, request: Request) -> RawData:
        names = tuple(str(n) for n in range(10))
        return split_data(self.id, _digits(), names, request.options, TEST_SAMPLES, UNIT)


@cache
def _digits() -> RawPart:
    from sklearn.datasets import load_digits

    raw = load_digits()
    return RawPart(np.stack([_enlarge(image) for image in raw.images]), raw.target)


def _enlarge(image: FloatArray) -> FloatArray:
    """An 8×8 image of 0…16 as 28×28×1 of 0…1."""
    picture = Image.fromarray((image / _BRIGHTEST).astype(np.float32))
    large = picture.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(large, np.float32)[..., None]
