"""How weights are stored: one file a format."""

from codegen.sparse.base import ConstantArray, StorageFormat
from codegen.sparse.crs import Crs8, Crs16
from codegen.sparse.dense import Dense

FORMATS: dict[str, StorageFormat] = {f.name: f for f in (Dense(), Crs8(), Crs16())}

#: What `--encoding` takes beside `auto`; `crs` picks the narrowest columns that fit.
ENCODINGS: dict[str, tuple[str, ...]] = {
    "auto": tuple(FORMATS),
    "dense": ("dense",),
    "crs": ("crs8", "crs16"),
}

__all__ = ["ENCODINGS", "FORMATS", "ConstantArray", "StorageFormat"]
