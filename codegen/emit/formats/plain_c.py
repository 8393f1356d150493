"""Plain C: the sources in one folder, with a CMakeLists.txt that makes a static library of each model."""

from __future__ import annotations

from codegen.emit.formats.exporter import Export

_CMAKE = """\
cmake_minimum_required(VERSION 3.13)
project({name} C)
{libraries}"""
_LIBRARY = """
add_library({name} STATIC
{sources}
)
target_include_directories({name} PUBLIC ${{CMAKE_CURRENT_SOURCE_DIR}})
set_target_properties({name} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
if(NOT MSVC) # layers of different types share the arena, which link-time optimization could see
    target_compile_options({name} PRIVATE -fno-strict-aliasing)
endif()
"""


class PlainC:
    id = "c"
    title = "C with CMake"
    has_example = False
    source_folder = ""

    def files(self, export: Export) -> dict[str, str]:
        models = sorted({**export.beside, export.name: export.c_files}.items())
        libraries = "".join(
            _LIBRARY.format(name=name, sources="\n".join(f"    {file}" for file in files))
            for name, files in models
        )
        return {**export.sources, "CMakeLists.txt": _CMAKE.format(name=export.name, libraries=libraries)}
