"""Data sets: a name or a path in, arrays out. One file each kind of source; `registry` lists them."""

from core.data.dataset import DataSet, check_fits
from core.data.registry import load_data

__all__ = ["DataSet", "check_fits", "load_data"]
