"""How weights are stored: one file a format."""

from codegen.sparse.base import ConstantArray, StorageFormat
from codegen.sparse.bitmask import Bitmask
from codegen.sparse.codebook import Codebook
from codegen.sparse.crs import Crs8, Crs16
from codegen.sparse.delta import Delta4, Delta8
from codegen.sparse.dense import Dense

_MEMBERS: tuple[StorageFormat, ...] = (
    Dense(), Crs8(), Crs16(), Bitmask(), Delta4(), Delta8(), Codebook(1), Codebook(2), Codebook(4),
)  # fmt: skip
FORMATS: dict[str, StorageFormat] = {form.name: form for form in _MEMBERS}

#: What `--encoding` takes: of these formats, the one that is smallest for the tensor; with `fastest` the one
#: that takes the fewest cycles.
ENCODINGS: dict[str, tuple[str, ...]] = {
    "auto": tuple(FORMATS),
    "fastest": tuple(FORMATS),
    "dense": ("dense",),
    "crs": ("crs8", "crs16"),
    "bitmask": ("bitmask",),
    "delta": ("delta4", "delta8"),
    "codebook": ("codebook1", "codebook2", "codebook4"),
}

__all__ = ["ENCODINGS", "FORMATS", "ConstantArray", "StorageFormat"]
