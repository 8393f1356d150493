"""Data sets: a name or a path in, arrays out. One file each kind of source; `registry` lists them."""

from core.data.dataset import DataSet, check_fits
from core.data.preprocessing import load_for_model
from core.data.registry import load_data
from core.data.samples import Samples

__all__ = ["DataSet", "Samples", "check_fits", "load_data", "load_for_model"]
