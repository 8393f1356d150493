"""What an HDF5 file of weights may hold: arrays of its own, no larger than the file can really be."""

from __future__ import annotations

from typing import Any

#: Up to here it does not matter how well something is packed.
LARGE_BYTES = 256 * 2**20
#: Weights hardly shrink by packing; what promises more than this is made to fill the memory.
MOST_INFLATED = 100
#: More arrays and groups than any network has.
_MOST_PARTS = 200_000


def require_honest(group: Any, stored_bytes: int) -> None:
    """Check all arrays in an HDF5 group, `stored_bytes` being the size of their file.

    Raises ValueError for arrays that lie in other files, or that are far larger than the file.
    """
    import h5py

    waiting, declared_bytes, parts = [group], 0, 0
    while waiting:
        inside = waiting.pop()
        for name in inside:
            parts += 1
            if not isinstance(inside.get(name, getlink=True), h5py.HardLink) or parts > _MOST_PARTS:
                raise ValueError(f"{name} is not in the file itself")
            part = inside[name]
            if isinstance(part, h5py.Group):
                waiting.append(part)
                continue
            if not isinstance(part, h5py.Dataset) or part.is_virtual or part.external:
                raise ValueError(f"{name} is not in the file itself")
            declared_bytes += part.size * part.dtype.itemsize if part.shape is not None else 0
    if declared_bytes > LARGE_BYTES and declared_bytes > MOST_INFLATED * stored_bytes:
        raise ValueError(f"it promises {declared_bytes:,} bytes of weights in {stored_bytes:,}")
