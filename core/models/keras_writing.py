"""A Keras model as a file that is the same byte for byte whenever it is written. For worker processes."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

#: The earliest moment that a zip file can name.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_METADATA = "metadata.json"


def save_keras(model: Any, path: Path) -> None:
    """Write a `.keras` file without the time at which that was done. Raises OSError."""
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    metadata = json.loads(members[_METADATA])
    metadata.pop("date_saved", None)
    members[_METADATA] = json.dumps(metadata).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), content)
