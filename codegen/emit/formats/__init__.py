"""The forms in which the C of a model leaves Thimble, one file each."""

from codegen.emit.formats.exporter import Export, Exporter
from codegen.emit.formats.registry import EXPORTERS, find_exporter

__all__ = ["EXPORTERS", "Export", "Exporter", "find_exporter"]
