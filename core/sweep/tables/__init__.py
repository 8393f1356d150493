"""The tables of sweeps, one file each; `registry` lists them."""

from core.sweep.tables.base import Rendered, SweepTable, rendered
from core.sweep.tables.registry import TABLES, find_table

__all__ = ["TABLES", "Rendered", "SweepTable", "find_table", "rendered"]
