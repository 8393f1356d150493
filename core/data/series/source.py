"""CSV time series as a data source."""

from __future__ import annotations

from pathlib import Path

from core.data.raw import RawData
from core.data.series.reading import ENDING, Recordings, class_folders, read_file, read_folder
from core.data.series.windows import split_windows
from core.data.source import Request, SampleShape
from core.errors import ThimbleError
from core.recipe import Scaling

TEST_SHARE = 0.2


class CsvSeries:
    """Recordings in CSV files, cut into windows of the model's input ``(steps, channels)``.

    A folder has one subfolder per class with one file per recording; a single file has the columns `label`
    and `recording`. A column `time` is checked for even steps; the others are channels. A window begins
    every `stride` steps, or every half window. One in five windows of each class is for testing, whole
    recordings together; each channel is standardized by the training part.
    """

    id = "time series"
    about = "a CSV file, or a folder with one subfolder of CSV files per class"

    def accepts(self, name_or_path: str) -> bool:
        path = Path(name_or_path)
        if path.is_dir():
            try:
                return bool(class_folders(path))
            except OSError:
                return False
        return name_or_path.lower().endswith(ENDING)

    def read(self, name_or_path: str, request: Request) -> RawData:
        path, options = Path(name_or_path), request.options
        if not path.exists():
            raise ThimbleError("missing-file", f"there is no file {path}", "check the path")
        series = (read_folder if path.is_dir() else read_file)(path, request.watch)
        name = path.name or path.resolve().name
        steps = _steps(name, series, request.shape)
        test = TEST_SHARE if options.test_fraction is None else options.test_fraction
        stride = options.stride or max(steps // 2, 1)
        train, test_part = split_windows(name, series, steps, stride, test, options.seed)
        return RawData(name, train, test_part, series.class_names, None, Scaling.STANDARDIZE)


def _steps(name: str, series: Recordings, shape: SampleShape | None) -> int:
    """The length of a window. Raises ThimbleError ``data-does-not-fit``."""
    channels = series.channel_names
    if shape is None or len(shape) != 2:
        raise ThimbleError(
            "data-does-not-fit",
            f"{name} holds time series, but the model's input is not (steps, channels)",
            f"take a model whose input is (steps, {len(channels)}), such as one of Conv1D layers",
        )
    if shape[1] != len(channels):
        raise ThimbleError(
            "data-does-not-fit",
            f"the model reads {shape[1]} channels, {name} has {len(channels)}: {', '.join(channels)}",
            "remove the columns that are not meant, or take another model",
        )
    return int(shape[0])
