"""Plain C: the sources in one folder, with a CMakeLists.txt that makes a static library of them."""

from __future__ import annotations

from codegen.emit.formats.exporter import Export

_CMAKE = """\
cmake_minimum_required(VERSION 3.13)
project({name} C)

add_library({name} STATIC
{sources}
)
target_include_directories({name} PUBLIC ${{CMAKE_CURRENT_SOURCE_DIR}})
set_target_properties({name} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
"""


class PlainC:
    id = "c"
    title = "C with CMake"
    has_example = False
    source_folder = ""

    def files(self, export: Export) -> dict[str, str]:
        sources = "\n".join(f"    {name}" for name in export.c_files)
        return {**export.sources, "CMakeLists.txt": _CMAKE.format(name=export.name, sources=sources)}
