"""From a compilation to C text that reads as if written by hand."""

from codegen.emit.project import project_sources, write_project

__all__ = ["project_sources", "write_project"]
