"""From a compilation to C text that reads as if written by hand."""

from codegen.emit.formats import EXPORTERS, find_exporter
from codegen.emit.names import model_name
from codegen.emit.project import ExportOptions, model_digest, project_sources, write_project
from codegen.emit.samples import Samples

__all__ = [
    "EXPORTERS",
    "ExportOptions",
    "Samples",
    "find_exporter",
    "model_digest",
    "model_name",
    "project_sources",
    "write_project",
]
