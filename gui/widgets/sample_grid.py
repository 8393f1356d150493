"""A few pictures of the data with their class names."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

_SIDE = 56
_COLUMNS = 10


class SampleGrid(QWidget):
    """`show_samples` reads an .npz with `images` ``[n, h, w, c]`` and `labels` ``[n]``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(6)

    @property
    def count(self) -> int:
        return self._grid.count()

    def clear(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def show_samples(self, path: Path, classes: tuple[str, ...]) -> None:
        """Raises OSError, ValueError or KeyError when the file is not what it should be."""
        try:
            with np.load(path, allow_pickle=False) as samples:
                images, labels = samples["images"], samples["labels"]
        except zipfile.BadZipFile as error:
            raise ValueError(str(error)) from error
        self.clear()
        low, high = float(images.min()), float(images.max())
        for place, (image, label) in enumerate(zip(images, labels, strict=True)):
            name = classes[int(label)]
            self._grid.addWidget(_sample(image, low, high, name), place // _COLUMNS, place % _COLUMNS)


def _sample(image: npt.NDArray[np.float32], low: float, high: float, name: str) -> QWidget:
    picture = QLabel()
    picture.setPixmap(_pixmap(image, low, high))
    picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
    picture.setAccessibleName(name)
    text = QLabel(name)
    text.setAlignment(Qt.AlignmentFlag.AlignCenter)
    text.setMaximumWidth(_SIDE + 20)
    text.setToolTip(name)
    tile = QWidget()
    layout = QVBoxLayout(tile)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    layout.addWidget(picture)
    layout.addWidget(text)
    return tile


def _pixmap(image: npt.NDArray[np.float32], low: float, high: float) -> QPixmap:
    """Stretched to the full range of brightness; one channel is grey, three are colours."""
    spread = (high - low) or 1.0
    pixels = np.clip((image - low) / spread * 255.0, 0, 255).astype(np.uint8)
    if pixels.shape[-1] not in (1, 3):
        pixels = pixels[..., :1]
    grey = pixels.shape[-1] == 1
    kind = QImage.Format.Format_Grayscale8 if grey else QImage.Format.Format_RGB888
    height, width, channels = pixels.shape
    data = np.ascontiguousarray(pixels).tobytes()
    whole = QImage(data, width, height, width * channels, kind).copy()
    smooth = Qt.TransformationMode.SmoothTransformation
    return QPixmap.fromImage(whole).scaled(_SIDE, _SIDE, Qt.AspectRatioMode.KeepAspectRatio, smooth)
